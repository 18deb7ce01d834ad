import { createHash } from 'node:crypto'
import { createWriteStream } from 'node:fs'
import { join } from 'node:path'
import { pipeline } from 'node:stream/promises'
import { objectKey } from '#platform/contracts/object-key.ts'
import { CinegraphError } from '#platform/errors/errors.ts'
import { objectsBelow } from '#platform/files/read-object.ts'
import type { ObjectStore } from '#platform/ports/object-store.ts'
import type { WorkPlace } from './ffmpeg.ts'

/** Joins the parts of an upload into one file and compares its checksum. Throws UPLOAD_CHECKSUM or NOT_FOUND. */
export const joinParts = async (
  objects: ObjectStore,
  folder: string,
  { workDir, signal, sha256 }: WorkPlace & { readonly sha256: string | undefined },
): Promise<string> => {
  const parts = await Array.fromAsync(objectsBelow(objects, objectKey(folder)))
  if (parts.length === 0) throw new CinegraphError('NOT_FOUND', { what: 'upload', id: folder })
  const hash = createHash('sha256')
  const file = join(workDir, 'source')
  const bytes = async function* () {
    for (const { key } of parts) {
      const part = await objects.get(key)
      if (part === null) throw new CinegraphError('NOT_FOUND', { what: 'part', id: key })
      for await (const chunk of part.body) {
        hash.update(chunk)
        yield chunk
      }
    }
  }
  await pipeline(bytes, createWriteStream(file), { signal })
  if (sha256 !== undefined && hash.digest('hex') !== sha256) throw new CinegraphError('UPLOAD_CHECKSUM')
  return file
}
