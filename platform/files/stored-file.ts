import { createHash } from 'node:crypto'
import { copyFile, type FileHandle, open, rm } from 'node:fs/promises'
import { Readable, Transform } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { z } from 'zod'
import { CinegraphError } from '#platform/errors/errors.ts'
import { absentAsNull, privateFile } from '#platform/files/durable.ts'
import { mediaType } from '#platform/files/media-type.ts'
import type { ByteRange, ObjectBody } from '#platform/ports/object-store.ts'

/** What a file says of its bytes. `sha256` is empty for a file that was put there by other means, and not checked then. */
export type Stored = {
  readonly bytes: number
  readonly type: string
  readonly etag: string
  readonly sha256: string
  readonly modifiedAt: Date
}

/**
 * A stored file is the bytes of its object, then a trailer: JSON, its length in 4 bytes, and this mark. One file, so that
 * bytes, type and checksum get their name in one rename.
 */
const mark = Buffer.from('\0cgobj1\n')
const Trailer = z.object({ bytes: z.number().int().min(0), type: z.string(), sha256: z.string().length(64) })
const tailBytesMax = 1_024
const typeCharactersMax = 200

const trailerOf = (trailer: z.infer<typeof Trailer>): Buffer => {
  const json = Buffer.from(JSON.stringify(trailer))
  const length = Buffer.alloc(4)
  length.writeUInt32BE(json.length)
  return Buffer.concat([json, length, mark])
}

/** Writes a file with its trailer and syncs it; leaves nothing when the body fails. */
export const writeStored = async (path: string, body: ObjectBody, type: string): Promise<void> => {
  if (type.length > typeCharactersMax || !/^[\x20-\x7e]+$/.test(type))
    throw new CinegraphError('INPUT_INVALID', { name: 'The content type', why: 'is a media type' })
  const hash = createHash('sha256')
  let bytes = 0
  const hashed = async function* () {
    for await (const chunk of body instanceof Uint8Array ? [body] : (body as AsyncIterable<Uint8Array>)) {
      hash.update(chunk)
      bytes += chunk.length
      yield chunk
    }
    yield trailerOf({ bytes, type, sha256: hash.digest('hex') })
  }
  try {
    await using file = await open(path, 'wx', privateFile)
    await file.writeFile(hashed())
    await file.sync()
  } catch (error) {
    await rm(path, { force: true })
    throw error
  }
}

/** Copies a stored file, by reference where the file system can, and syncs it. */
export const copyStored = async (from: string, to: string): Promise<void> => {
  const copyByReference = 2
  await copyFile(from, to, copyByReference)
  await using file = await open(to, 'r+')
  await file.chmod(privateFile)
  await file.sync()
}

export type OpenedFile = AsyncDisposable & {
  readonly stored: Stored
  /** Streams all of it, or a range, and closes the file. All of it fails with OBJECT_CORRUPT when the bytes have changed. */
  readonly read: (range?: ByteRange) => Readable
}

/** Opens a stored file; null when there is none. What is read belongs to what `stored` says, also when the name is given away. */
export const openStored = async (path: string): Promise<OpenedFile | null> => {
  const file = await open(path, 'r').catch(absentAsNull)
  if (file === null) return null
  try {
    const stored = await readTrailer(file, path)
    if (stored !== null) return { stored, read: (range) => readFrom(file, stored, range), [Symbol.asyncDispose]: () => file.close() }
  } catch (error) {
    await file.close()
    throw error
  }
  await file.close()
  return null
}

const readTrailer = async (file: FileHandle, path: string): Promise<Stored | null> => {
  const found = await file.stat()
  if (!found.isFile()) return null
  const tail = Buffer.alloc(Math.min(found.size, tailBytesMax))
  await file.read(tail, 0, tail.length, found.size - tail.length)
  const end = tail.length - mark.length - 4
  const foreign = { bytes: found.size, type: mediaType(path), etag: `"${found.size}-${found.mtimeMs}"`, sha256: '' }
  if (end < 0 || !tail.subarray(end + 4).equals(mark)) return { ...foreign, modifiedAt: found.mtime }
  const length = tail.readUInt32BE(end)
  const { bytes, type, sha256 } = Trailer.parse(JSON.parse(tail.toString('utf8', end - length, end)))
  return { bytes, type, sha256, etag: `"${Buffer.from(sha256, 'hex').toString('base64url')}"`, modifiedAt: found.mtime }
}

const readFrom = (file: FileHandle, { bytes, sha256 }: Stored, range?: ByteRange): Readable => {
  const { start, end } = range ?? { start: 0, end: bytes - 1 }
  const isEmpty = end < start
  const source = isEmpty ? Readable.from([]).on('close', () => void file.close()) : file.createReadStream({ start, end })
  if (range !== undefined || sha256 === '') return source
  const checked = checkedBy(sha256)
  // NOTE: who reads the second stream meets every error of the first.
  pipeline(source, checked).catch(() => undefined)
  return checked
}

/** Passes bytes on, and fails at their end unless they have this checksum. */
const checkedBy = (sha256: string): Transform => {
  const hash = createHash('sha256')
  return new Transform({
    transform: (chunk: Buffer, _encoding, done) => {
      hash.update(chunk)
      done(null, chunk)
    },
    flush: (done) => done(hash.digest('hex') === sha256 ? null : new CinegraphError('OBJECT_CORRUPT')),
  })
}
