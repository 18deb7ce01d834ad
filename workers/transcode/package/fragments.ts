import { type Box, boxAt, boxesIn, fullBox, needBox } from './boxes.ts'

/** One `moof` with its `mdat`. Times are in the track's timescale. */
export type Fragment = { readonly decodeTime: number; readonly duration: number; readonly bytes: Buffer }
export type Track = { readonly timescale: number; readonly codec: string; readonly init: Buffer; readonly fragments: readonly Fragment[] }

/** A fragmented file of one track taken apart. Throws RangeError for a file that is not one. */
export const readTrack = (file: Buffer): Track => {
  const top = boxesIn(file)
  const moov = needBox(file, 'moov')
  const mdhd = needBox(file, 'trak/mdia/mdhd', moov)
  const timescale = file.readUInt32BE(mdhd.body + (fullBox(file, mdhd).version === 1 ? 20 : 12))
  const trex = needBox(file, 'mvex/trex', moov)
  const defaultDuration = file.readUInt32BE(trex.body + 12)
  const moofs = top.map((box, at) => ({ box, next: top[at + 1] })).filter(({ box }) => box.type === 'moof')
  const fragments = moofs.map(({ box, next }) => {
    if (next?.type !== 'mdat') throw new RangeError('A moof without its mdat')
    return { ...timesOf(file, box, defaultDuration), bytes: file.subarray(box.start, next.end) }
  })
  return { timescale, codec: codecOf(file, moov), init: file.subarray(0, moov.end), fragments }
}

const timesOf = (file: Buffer, moof: Box, trexDuration: number): Pick<Fragment, 'decodeTime' | 'duration'> => {
  const traf = needBox(file, 'traf', moof)
  const tfdt = needBox(file, 'tfdt', traf)
  const decodeTime = fullBox(file, tfdt).version === 1 ? Number(file.readBigUInt64BE(tfdt.body + 4)) : file.readUInt32BE(tfdt.body + 4)
  const standard = defaultDurationOf(file, needBox(file, 'tfhd', traf)) ?? trexDuration
  const truns = boxesIn(file, traf.body, traf.end).filter((box) => box.type === 'trun')
  return { decodeTime, duration: truns.reduce((sum, trun) => sum + trunDuration(file, trun, standard), 0) }
}

/** ISO/IEC 14496-12, 8.8.7: optional fields stand in the order of their flags. */
const defaultDurationOf = (file: Buffer, tfhd: Box): number | undefined => {
  const { flags } = fullBox(file, tfhd)
  if ((flags & 0x8) === 0) return undefined
  const skipped = (flags & 0x1 ? 8 : 0) + (flags & 0x2 ? 4 : 0)
  return file.readUInt32BE(tfhd.body + 8 + skipped)
}

/** ISO/IEC 14496-12, 8.8.8. */
const trunDuration = (file: Buffer, trun: Box, standard: number): number => {
  const { flags } = fullBox(file, trun)
  const samples = file.readUInt32BE(trun.body + 4)
  if ((flags & 0x100) === 0) return samples * standard
  const first = trun.body + 8 + (flags & 0x1 ? 4 : 0) + (flags & 0x4 ? 4 : 0)
  const stride = [0x100, 0x200, 0x400, 0x800].filter((flag) => flags & flag).length * 4
  let sum = 0
  for (let at = 0; at < samples; at += 1) sum += file.readUInt32BE(first + at * stride)
  return sum
}

/** The `codecs` parameter of RFC 6381: from the AVC configuration record, or AAC-LC. */
const codecOf = (file: Buffer, moov: Box): string => {
  const stsd = needBox(file, 'trak/mdia/minf/stbl/stsd', moov)
  const [entry] = boxesIn(file, stsd.body + 8, stsd.end)
  if (entry?.type === 'mp4a') return 'mp4a.40.2'
  // A visual sample entry has 78 bytes of its own before its boxes.
  const avcC = entry === undefined ? undefined : boxAt(file.subarray(0, entry.end), 'avcC', { ...entry, body: entry.body + 78 })
  if (avcC === undefined) throw new RangeError('The track is neither AVC nor AAC')
  return `avc1.${file.toString('hex', avcC.body + 1, avcC.body + 4)}`
}
