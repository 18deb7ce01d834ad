import { type FileHandle, open } from 'node:fs/promises'
import { type Box, boxAt, boxesIn, fullBox, needBox } from './boxes.ts'

/**
 * One `moof` with its `mdat`: where it lies in the file, both positions in bytes; its first sample ends at `keyEnd`. Times are
 * in the track's timescale.
 */
export type Fragment = {
  readonly decodeTime: number
  readonly duration: number
  readonly start: number
  readonly keyEnd: number
  readonly end: number
}
export type Track = {
  readonly file: string
  readonly timescale: number
  readonly codec: string
  readonly init: Buffer
  readonly fragments: readonly Fragment[]
}

/** What is read into memory of a file at once: its `moov`, or one `moof`. */
const boxBytesMax = 64 * 1024 * 1024

type Header = { readonly type: string; readonly start: number; readonly end: number }

/** A fragmented file of one track taken apart, without reading its media. Throws RangeError for a file that is not one. */
export const readTrack = async (file: string): Promise<Track> => {
  await using handle = await open(file)
  const headers = await headersOf(handle)
  const moov = headers.find(({ type }) => type === 'moov')
  if (moov === undefined) throw new RangeError('The file has no moov')
  const init = await readBytes(handle, 0, moov.end)
  const movie = needBox(init, 'moov')
  const mdhd = needBox(init, 'trak/mdia/mdhd', movie)
  const timescale = init.readUInt32BE(mdhd.body + (fullBox(init, mdhd).version === 1 ? 20 : 12))
  const defaultDuration = init.readUInt32BE(needBox(init, 'mvex/trex', movie).body + 12)
  const fragments: Fragment[] = []
  for (const [at, header] of headers.entries()) {
    if (header.type !== 'moof') continue
    const next = headers[at + 1]
    if (next?.type !== 'mdat') throw new RangeError('A moof without its mdat')
    const moof = await readBytes(handle, header.start, header.end)
    const keyEnd = Math.min(next.end, header.start + firstSampleEnd(moof, next.end - header.start))
    fragments.push({ ...timesOf(moof, defaultDuration), start: header.start, keyEnd, end: next.end })
  }
  return { file, timescale, codec: codecOf(init, movie), init, fragments }
}

/** The boxes at the top of a file, by their headers alone (ISO/IEC 14496-12, section 4.2). */
const headersOf = async (handle: FileHandle): Promise<readonly Header[]> => {
  const { size: fileBytes } = await handle.stat()
  const headers: Header[] = []
  for (let start = 0; start + 8 <= fileBytes; ) {
    const head = await readBytes(handle, start, Math.min(start + 16, fileBytes))
    const short = head.readUInt32BE(0)
    const size = short === 1 && head.length === 16 ? Number(head.readBigUInt64BE(8)) : short === 0 ? fileBytes - start : short
    if (size < 8 || start + size > fileBytes) throw new RangeError(`The box at ${start} leaves the file`)
    headers.push({ type: head.toString('latin1', 4, 8), start, end: start + size })
    start += size
  }
  return headers
}

const readBytes = async (handle: FileHandle, start: number, end: number): Promise<Buffer> => {
  if (end - start > boxBytesMax) throw new RangeError(`The box at ${start} has ${end - start} bytes`)
  const { bytesRead, buffer } = await handle.read(Buffer.alloc(end - start), 0, end - start, start)
  if (bytesRead < end - start) throw new RangeError(`The file ends within the box at ${start}`)
  return buffer
}

const timesOf = (bytes: Buffer, trexDuration: number): Pick<Fragment, 'decodeTime' | 'duration'> => {
  const traf = needBox(bytes, 'moof/traf')
  const tfdt = needBox(bytes, 'tfdt', traf)
  const decodeTime = fullBox(bytes, tfdt).version === 1 ? Number(bytes.readBigUInt64BE(tfdt.body + 4)) : bytes.readUInt32BE(tfdt.body + 4)
  const standard = defaultDurationOf(bytes, needBox(bytes, 'tfhd', traf)) ?? trexDuration
  const truns = boxesIn(bytes, traf.body, traf.end).filter((box) => box.type === 'trun')
  return { decodeTime, duration: truns.reduce((sum, trun) => sum + trunDuration(bytes, trun, standard), 0) }
}

/** ISO/IEC 14496-12, 8.8.7: optional fields stand in the order of their flags. */
const defaultDurationOf = (bytes: Buffer, tfhd: Box): number | undefined => {
  const { flags } = fullBox(bytes, tfhd)
  if ((flags & 0x8) === 0) return undefined
  const skipped = (flags & 0x1 ? 8 : 0) + (flags & 0x2 ? 4 : 0)
  return bytes.readUInt32BE(tfhd.body + 8 + skipped)
}

/** ISO/IEC 14496-12, 8.8.8. */
const trunDuration = (bytes: Buffer, trun: Box, standard: number): number => {
  const { flags } = fullBox(bytes, trun)
  const samples = bytes.readUInt32BE(trun.body + 4)
  if ((flags & 0x100) === 0) return samples * standard
  const first = trun.body + 8 + (flags & 0x1 ? 4 : 0) + (flags & 0x4 ? 4 : 0)
  const stride = [0x100, 0x200, 0x400, 0x800].filter((flag) => flags & flag).length * 4
  let sum = 0
  for (let at = 0; at < samples; at += 1) sum += bytes.readUInt32BE(first + at * stride)
  return sum
}

/** Where the first sample of a fragment ends, in bytes from the beginning of its `moof`; `otherwise` where it does not say. */
const firstSampleEnd = (bytes: Buffer, otherwise: number): number => {
  const traf = needBox(bytes, 'moof/traf')
  const trun = boxAt(bytes, 'trun', traf)
  if (trun === undefined) return otherwise
  const { flags } = fullBox(bytes, trun)
  if ((flags & 0x1) === 0 || (flags & 0x200) === 0 || bytes.readUInt32BE(trun.body + 4) === 0) return otherwise
  const first = trun.body + 12 + (flags & 0x4 ? 4 : 0) + (flags & 0x100 ? 4 : 0)
  return bytes.readInt32BE(trun.body + 8) + bytes.readUInt32BE(first)
}

/** The `codecs` parameter of RFC 6381: from the AVC configuration record, or AAC-LC. */
const codecOf = (init: Buffer, moov: Box): string => {
  const stsd = needBox(init, 'trak/mdia/minf/stbl/stsd', moov)
  const [entry] = boxesIn(init, stsd.body + 8, stsd.end)
  if (entry?.type === 'mp4a') return 'mp4a.40.2'
  // A visual sample entry has 78 bytes of its own before its boxes.
  const avcC = entry === undefined ? undefined : boxAt(init.subarray(0, entry.end), 'avcC', { ...entry, body: entry.body + 78 })
  if (avcC === undefined) throw new RangeError('The track is neither AVC nor AAC')
  return `avc1.${init.toString('hex', avcC.body + 1, avcC.body + 4)}`
}
