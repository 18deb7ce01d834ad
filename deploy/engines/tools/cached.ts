import { createHash, randomUUID } from 'node:crypto'
import { mkdir, readdir, readFile, rename, rm, stat } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { systemCodeOf } from '#platform/errors/errors.ts'

/** A folder of the cache, made by `make` when it is not there. It appears complete or not at all, whoever else makes it at the same time. */
export const cachedFolder = async (path: string, make: (partial: string) => Promise<void>): Promise<string> => {
  if ((await stat(path).catch(() => null)) !== null) return path
  const partial = `${path}.${process.pid}-${randomUUID()}`
  await mkdir(dirname(path), { recursive: true })
  try {
    await mkdir(partial)
    await make(partial)
    await rename(partial, path).catch((error: unknown) => {
      if (!['ENOTEMPTY', 'EEXIST'].includes(systemCodeOf(error) ?? '')) throw error
    })
  } finally {
    await rm(partial, { recursive: true, force: true })
  }
  return path
}

/** SHA-256 over names and bytes of all files in a folder, in the order of their names. */
export const folderDigest = async (dir: string): Promise<string> => {
  const hash = createHash('sha256')
  for (const name of (await readdir(dir)).toSorted())
    hash.update(`${name}\0`).update(
      createHash('sha256')
        .update(await readFile(join(dir, name)))
        .digest(),
    )
  return hash.digest('hex')
}
