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
