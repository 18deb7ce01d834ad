import { type FileHandle, open } from 'node:fs/promises'

/** Whether a container says of itself that it has more bytes than its file. MP4 says so by its samples, when they are read. */
export const lacksItsEnd = async (file: string): Promise<boolean> => {
  await using handle = await open(file)
  const { size } = await handle.stat()
  const { buffer, bytesRead } = await handle.read(Buffer.alloc(64), 0, 64, 0)
  if (bytesRead < 64) return false
  if (buffer.toString('latin1', 0, 4) === 'RIFF') return 8 + buffer.readUInt32LE(4) > size
  return buffer.readUInt32BE(0) === 0x1a45dfa3 ? (await segmentEnd(handle, 4)) > size : false
}

/** Where the segment of a Matroska file ends (RFC 8794, sections 4 to 6), after a header whose size stands at `at`; 0 when it does not say. */
const segmentEnd = async (handle: FileHandle, at: number): Promise<number> => {
  const { buffer } = await handle.read(Buffer.alloc(4_096), 0, 4_096, 0)
  const header = vintAt(buffer, at)
  const segment = at + header.bytes + (header.value ?? 0)
  if (segment + 16 > buffer.length || buffer.readUInt32BE(segment) !== 0x18538067) return 0
  const size = vintAt(buffer, segment + 4)
  return size.value === undefined ? 0 : segment + 4 + size.bytes + size.value
}

/** A number whose first byte says how many bytes it has; all ones mean that it is not known. */
const vintAt = (buffer: Buffer, at: number): { readonly bytes: number; readonly value: number | undefined } => {
  const first = buffer.readUInt8(at)
  const bytes = Math.max(1, Math.min(8, Math.clz32(first) - 23))
  const digits = [first & (0xff >> bytes), ...buffer.subarray(at + 1, at + bytes)]
  const isUnknown = digits.every((digit, place) => digit === (place === 0 ? 0xff >> bytes : 0xff))
  return { bytes, value: isUnknown ? undefined : digits.reduce((value, digit) => value * 256 + digit, 0) }
}
