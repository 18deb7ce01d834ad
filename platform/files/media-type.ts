const types: Readonly<Record<string, string>> = {
  m3u8: 'application/vnd.apple.mpegurl',
  mpd: 'application/dash+xml',
  mp4: 'video/mp4',
  m4s: 'video/iso.segment',
  vtt: 'text/vtt; charset=utf-8',
  jpg: 'image/jpeg',
  svg: 'image/svg+xml',
  json: 'application/json; charset=utf-8',
}

/** Media type of a file, by the ending of its name (RFC 8216 section 10, RFC 4337, ISO/IEC 23000-19). */
export const mediaType = (name: string): string => types[name.slice(name.lastIndexOf('.') + 1)] ?? 'application/octet-stream'
