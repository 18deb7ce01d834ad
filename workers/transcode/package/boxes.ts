/** A box of an ISO base media file (ISO/IEC 14496-12, section 4.2): `start` and `end` include its header. */
export type Box = { readonly type: string; readonly start: number; readonly body: number; readonly end: number }

/** The boxes that stand next to each other from `from` to `to`. Throws RangeError for a box that leaves its parent. */
export const boxesIn = (bytes: Buffer, from = 0, to = bytes.length): readonly Box[] => {
  const boxes: Box[] = []
  for (let start = from; start + 8 <= to; ) {
    const short = bytes.readUInt32BE(start)
    const size = short === 1 ? Number(bytes.readBigUInt64BE(start + 8)) : short === 0 ? to - start : short
    const body = start + (short === 1 ? 16 : 8)
    if (start + size > to || start + size < body) throw new RangeError(`The box at ${start} leaves its parent`)
    boxes.push({ type: bytes.toString('latin1', start + 4, start + 8), start, body, end: start + size })
    start += size
  }
  return boxes
}

/** The first box at the end of a path such as `moov/trak/mdia`. */
export const boxAt = (bytes: Buffer, path: string, within?: Box): Box | undefined => {
  let found = within
  for (const type of path.split('/')) {
    found = boxesIn(bytes, found?.body ?? 0, found?.end ?? bytes.length).find((box) => box.type === type)
    if (found === undefined) return undefined
  }
  return found
}

/** Like `boxAt`, for boxes that must be there. Throws RangeError. */
export const needBox = (bytes: Buffer, path: string, within?: Box): Box => {
  const box = boxAt(bytes, path, within)
  if (box === undefined) throw new RangeError(`The file has no ${path}`)
  return box
}

/** Version and flags of a full box. */
export const fullBox = (bytes: Buffer, { body }: Box): { readonly version: number; readonly flags: number } => ({
  version: bytes.readUInt8(body),
  flags: bytes.readUIntBE(body + 1, 3),
})

/**
 * The same initialization segment with an edit list in its one track, which begins the presentation at `mediaTime`, in the
 * track's timescale (ISO/IEC 14496-12, section 8.6.6): what an encoder needed as a run-up is decoded and not presented.
 */
export const withEditList = (init: Buffer, mediaTime: number): Buffer => {
  const moov = needBox(init, 'moov')
  const trak = needBox(init, 'trak', moov)
  const at = needBox(init, 'tkhd', trak).end
  const edts = Buffer.alloc(36)
  edts.writeUInt32BE(36, 0)
  edts.write('edts', 4, 'latin1')
  edts.writeUInt32BE(28, 8)
  edts.write('elst', 12, 'latin1')
  edts.writeUInt32BE(1, 20)
  edts.writeUInt32BE(mediaTime, 28)
  edts.writeUInt32BE(0x0001_0000, 32)
  const patched = Buffer.concat([init.subarray(0, at), edts, init.subarray(at)])
  for (const { start } of [moov, trak]) patched.writeUInt32BE(init.readUInt32BE(start) + edts.length, start)
  return patched
}

const identity = [0x0001_0000, 0, 0, 0, 0x0001_0000, 0, 0, 0, 0x4000_0000] as const

/**
 * The same initialization segment with a display matrix that changes nothing (ISO/IEC 14496-12, section 8.3.2).
 * NOTE: encoders copy the matrix of their source, also when the picture itself has been turned.
 */
export const withIdentityMatrix = (init: Buffer): Buffer => {
  const patched = Buffer.from(init)
  const tkhd = needBox(patched, 'moov/trak/tkhd')
  const matrix = tkhd.body + (fullBox(patched, tkhd).version === 1 ? 52 : 40)
  for (const [at, value] of identity.entries()) patched.writeUInt32BE(value, matrix + 4 * at)
  return patched
}
