import { createHash } from 'node:crypto'
import { createWriteStream } from 'node:fs'
import { join } from 'node:path'
import { pipeline } from 'node:stream/promises'
import { CinegraphError } from '#platform/errors/errors.ts'
import type { ObjectStore } from '#platform/ports/object-store.ts'

/** Joins the parts of an upload into one file and compares its checksum. Throws UPLOAD_CHECKSUM or NOT_FOUND. */
export const joinParts = async (
  objects: ObjectStore,
  objectKey: string,
  { workDir, sha256 }: { readonly workDir: string; readonly sha256: string | undefined },
): Promise<string> => {
  const parts = await objects.list(objectKey)
  if (parts.length === 0) throw new CinegraphError('NOT_FOUND', { what: 'upload', id: objectKey })
  const hash = createHash('sha256')
  const file = join(workDir, 'source')
  const bytes = async function* () {
    for (const { key } of parts) {
      for await (const chunk of await objects.get(key)) {
        hash.update(chunk)
        yield chunk
      }
    }
  }
  await pipeline(bytes, createWriteStream(file))
  if (sha256 !== undefined && hash.digest('hex') !== sha256) throw new CinegraphError('UPLOAD_CHECKSUM')
  return file
}
