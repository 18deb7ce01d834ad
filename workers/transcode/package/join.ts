import { createHash } from 'node:crypto'
import { type FileHandle, open } from 'node:fs/promises'
import { CinegraphError } from '#platform/errors/errors.ts'
import { fullBox, needBox } from './boxes.ts'
import { type Fragment, readTrack, type Track } from './fragments.ts'

/** A file that is needed no more once it is disposed of. */
export type ChunkFile = AsyncDisposable & { readonly file: string }

/**
 * Joins chunks of one rendition, in their order, into one file that begins with the first one's `init`: each fragment is
 * numbered and timed anew (ISO/IEC 14496-12, sections 8.8.5 and 8.8.12), its media stays as it is. Throws ENCODE_FAILED for
 * chunks that were not encoded alike.
 */
export const joinChunks = async (chunks: readonly (() => Promise<ChunkFile>)[], file: string): Promise<void> => {
  await using out = await open(file, 'w')
  let first: Track | undefined
  let [sequence, decodeTime] = [0, 0]
  for (const openChunk of chunks) {
    await using chunk = await openChunk()
    const track = await readTrack(chunk.file)
    if (first === undefined) await out.write(track.init)
    else checkAlike(first, track)
    first ??= track
    await using media = await open(chunk.file)
    for (const fragment of track.fragments) {
      const bytes = await readFragment(media, fragment)
      sequence += 1
      renumber(bytes, sequence, decodeTime)
      decodeTime += fragment.duration
      await out.write(bytes)
    }
  }
}

const digest = (bytes: Buffer): string => createHash('sha256').update(bytes).digest('hex')

const checkAlike = (first: Track, other: Track): void => {
  if (digest(first.init) !== digest(other.init)) throw new CinegraphError('ENCODE_FAILED', { why: 'its parts were not encoded alike' })
}

const readFragment = async (handle: FileHandle, { start, end }: Fragment): Promise<Buffer> => {
  const { buffer, bytesRead } = await handle.read(Buffer.alloc(end - start), 0, end - start, start)
  if (bytesRead < end - start) throw new RangeError(`The file ends within the fragment at ${start}`)
  return buffer
}

/** Writes the number and the decode time of a fragment into its `moof`. */
const renumber = (bytes: Buffer, sequence: number, decodeTime: number): void => {
  bytes.writeUInt32BE(sequence, needBox(bytes, 'moof/mfhd').body + 4)
  const tfdt = needBox(bytes, 'moof/traf/tfdt')
  if (fullBox(bytes, tfdt).version === 1) bytes.writeBigUInt64BE(BigInt(decodeTime), tfdt.body + 4)
  else bytes.writeUInt32BE(decodeTime, tfdt.body + 4)
}
