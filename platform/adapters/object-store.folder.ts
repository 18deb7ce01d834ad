import { createHash, randomUUID } from 'node:crypto'
import { constants, createReadStream, createWriteStream } from 'node:fs'
import { access, mkdir, open, readdir, rename, rm, stat } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { CinegraphError, systemCodeOf } from '#platform/errors/errors.ts'
import type { ObjectInfo, ObjectStore } from '#platform/ports/object-store.ts'

const keyPattern = /^[\w-][\w.-]*(\/[\w-][\w.-]*)*$/

const absentAsNull = (error: unknown): null => {
  const code = systemCodeOf(error)
  if (code === 'ENOENT' || code === 'ENOTDIR') return null
  throw error
}

export type FolderStore = ObjectStore & {
  /** Whether the folder can be read and written; rejects when it cannot. */
  readonly healthy: () => Promise<boolean>
}

/** Objects as files below `root`. A put is written beside, synced, then renamed: readers see all of it or nothing. */
export const createFolderStore = (root: string): FolderStore => {
  const pathOf = (key: string): string => {
    if (!keyPattern.test(key))
      throw new CinegraphError('INPUT_INVALID', { name: 'object key', why: 'holds characters that are not allowed' })
    return join(root, key)
  }
  const head = async (key: string): Promise<ObjectInfo | null> => {
    const found = await stat(pathOf(key)).catch(absentAsNull)
    if (found === null || !found.isFile()) return null
    const etag = createHash('sha1').update(`${key} ${found.size} ${found.mtimeMs}`).digest('base64url')
    return { key, bytes: found.size, etag: `"${etag}"`, modifiedAt: found.mtime }
  }
  const known = async (key: string): Promise<ObjectInfo> => {
    const info = await head(key)
    if (info === null) throw new CinegraphError('NOT_FOUND', { what: 'object', id: key })
    return info
  }
  return {
    head,
    put: async (key, body) => {
      const path = pathOf(key)
      const partial = join(root, '.partial', randomUUID())
      await mkdir(dirname(path), { recursive: true })
      await writeDurably(partial, body)
      await rename(partial, path)
      return known(key)
    },
    get: async (key, range) => {
      await known(key)
      return createReadStream(pathOf(key), range === undefined ? {} : { start: range.start, end: range.end })
    },
    list: async (prefix) => {
      const names = await readdir(pathOf(prefix), { recursive: true }).catch(absentAsNull)
      const found = await Promise.all((names ?? []).map((name) => head(`${prefix}/${name}`)))
      return found.filter((info) => info !== null).toSorted((a, b) => (a.key < b.key ? -1 : 1))
    },
    healthy: async () => {
      await mkdir(root, { recursive: true })
      await access(root, constants.R_OK | constants.W_OK)
      return true
    },
    remove: async (key) => rm(pathOf(key), { force: true, recursive: true }),
  }
}

const writeDurably = async (path: string, body: Readable | Uint8Array): Promise<void> => {
  await mkdir(dirname(path), { recursive: true })
  try {
    await pipeline(body instanceof Uint8Array ? Readable.from([body]) : body, createWriteStream(path))
    await using file = await open(path, 'r+')
    await file.sync()
  } catch (error) {
    await rm(path, { force: true })
    throw error
  }
}
