import { bandwidthOf, type Rendition } from './segments.ts'

export type Picture = { readonly width: number; readonly height: number; readonly framesPerSecond: number }
export type VideoRendition = Rendition & Picture

/** A media playlist (RFC 8216): one rendition, all its segments. */
export const mediaPlaylist = ({ name, segments }: Rendition): string => {
  const target = Math.ceil(Math.max(...segments.map((segment) => segment.duration)))
  const head = [
    '#EXTM3U',
    '#EXT-X-VERSION:7',
    `#EXT-X-TARGETDURATION:${target}`,
    '#EXT-X-MEDIA-SEQUENCE:1',
    '#EXT-X-PLAYLIST-TYPE:VOD',
    '#EXT-X-INDEPENDENT-SEGMENTS',
    `#EXT-X-MAP:URI="${name}/init.mp4"`,
  ]
  return [...head, ...segments.flatMap((segment) => [`#EXTINF:${segment.duration.toFixed(5)},`, segment.name]), '#EXT-X-ENDLIST', ''].join(
    '\n',
  )
}

/** The multivariant playlist: every picture with the one sound. BANDWIDTH is the peak, as RFC 8216 section 4.3.4.2 wants. */
export const multivariantPlaylist = (videos: readonly VideoRendition[], audio: Rendition): string => {
  const sound = bandwidthOf(audio)
  const variants = videos.flatMap((video) => {
    const { peak, average } = bandwidthOf(video)
    const rates = `BANDWIDTH=${peak + sound.peak},AVERAGE-BANDWIDTH=${average + sound.average}`
    const picture = `RESOLUTION=${video.width}x${video.height},FRAME-RATE=${video.framesPerSecond.toFixed(3)}`
    return [`#EXT-X-STREAM-INF:${rates},CODECS="${video.codec},${audio.codec}",${picture},AUDIO="sound"`, `${video.name}.m3u8`]
  })
  const media = `#EXT-X-MEDIA:TYPE=AUDIO,GROUP-ID="sound",NAME="Original",DEFAULT=YES,AUTOSELECT=YES,CHANNELS="2",URI="${audio.name}.m3u8"`
  return ['#EXTM3U', '#EXT-X-VERSION:7', '#EXT-X-INDEPENDENT-SEGMENTS', media, ...variants, ''].join('\n')
}
