import { hash, randomBytes } from 'node:crypto'
import { promisify } from 'node:util'
import { zstdCompress, zstdDecompress } from 'node:zlib'

const compress = promisify(zstdCompress)
const decompress = promisify(zstdDecompress)

/** Values of at least so many bytes are compressed (Zstandard, RFC 8878). */
const compressFrom = 4_096
/** A value whose compressed bytes are more lies in chunks of this size, each under a key of its own. */
const chunkBytes = 1_048_576
/** A larger value is not kept. */
const bytesMax = 64 * chunkBytes

/**
 * What lies under a key: flags (1 byte), the writer's stamp and the end of its life (IEEE 754 doubles, big-endian, milliseconds), 16 bytes
 * of the value's SHA-256, then the value, or where its chunks are. `scripts.ts` reads these offsets too.
 */
export const headerBytes = 33
const [stampAt, expiresAt, digestAt] = [1, 9, 17]
const [isCompressed, isChunked] = [1, 2]
const chunkIdBytes = 8
const place = headerBytes + chunkIdBytes

export type Framed = {
  readonly frame: Buffer
  /** By the ending of their keys. */
  readonly chunks: readonly (readonly [ending: string, bytes: Buffer])[]
}
export type FrameLife = { readonly stamp: number; readonly expiresAt: number }

const noChunks: Framed['chunks'] = []

/** The first bytes of a value's SHA-256, by which a kept value is compared. */
export const digestOf = (bytes: Uint8Array): Buffer => hash('sha256', bytes, 'buffer').subarray(0, headerBytes - digestAt)

/** Null for a value that is too large to be kept. */
export const frameOf = async (bytes: Uint8Array, life: FrameLife): Promise<Framed | null> => {
  if (bytes.length > bytesMax) return null
  const packed = bytes.length < compressFrom ? bytes : await compress(bytes)
  const compressed = packed.length < bytes.length
  const body = compressed ? packed : bytes
  const flags = compressed ? isCompressed : 0
  const chunked = body.length > chunkBytes
  const frame = Buffer.allocUnsafe(headerBytes + (chunked ? chunkIdBytes + 4 : body.length))
  frame[0] = chunked ? flags | isChunked : flags
  frame.writeDoubleBE(life.stamp, stampAt)
  frame.writeDoubleBE(life.expiresAt, expiresAt)
  digestOf(bytes).copy(frame, digestAt)
  if (!chunked) {
    frame.set(body, headerBytes)
    return { frame, chunks: noChunks }
  }
  const id = randomBytes(chunkIdBytes)
  id.copy(frame, headerBytes)
  const count = Math.ceil(body.length / chunkBytes)
  frame.writeUInt32BE(count, place)
  const chunk = (at: number) => Buffer.from(body.subarray(at * chunkBytes, (at + 1) * chunkBytes))
  return { frame, chunks: Array.from({ length: count }, (_, at) => [endingOf(id, at), chunk(at)]) }
}

const endingOf = (id: Buffer, at: number): string => `#${id.toString('base64url')}.${at}`

/** When a kept value ends to live, in milliseconds of the epoch. */
export const expiryOf = (frame: Buffer): number => (frame.length < headerBytes ? 0 : frame.readDoubleBE(expiresAt))

/** The endings of the keys under which a value's chunks lie; none for a value that lies in its frame. */
export const chunksOf = (frame: Buffer): readonly string[] => {
  if (frame.length < place + 4 || ((frame[0] ?? 0) & isChunked) === 0) return []
  const id = frame.subarray(headerBytes, place)
  const count = Math.min(frame.readUInt32BE(place), bytesMax / chunkBytes)
  return Array.from({ length: count }, (_, at) => endingOf(id, at))
}

/** The value's bytes when they lie in the frame as they are. */
export const plainOf = (frame: Buffer): Buffer | undefined =>
  frame[0] === 0 && frame.length >= headerBytes ? frame.subarray(headerBytes) : undefined

/** The value's bytes again. Throws when they are not what was kept. */
export const unframe = async (frame: Buffer, chunks: readonly Buffer[]): Promise<Buffer> => {
  const flags = frame[0] ?? 0
  const body = (flags & isChunked) === 0 ? frame.subarray(headerBytes) : Buffer.concat(chunks)
  if ((flags & isCompressed) === 0 && chunks.length === 0) return body
  const bytes = (flags & isCompressed) === 0 ? body : await decompress(body, { maxOutputLength: bytesMax })
  if (!digestOf(bytes).equals(frame.subarray(digestAt, headerBytes))) throw new Error('its bytes are not those that were kept')
  return bytes
}
