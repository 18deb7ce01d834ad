import { readdir } from 'node:fs/promises'
import { join } from 'node:path'
import { type ObjectKey, parseObjectKey } from '#platform/contracts/object-key.ts'
import { CinegraphError } from '#platform/errors/errors.ts'
import { absentAsNull } from '#platform/files/durable.ts'
import { multipartIn } from '#platform/files/multipart-folder.ts'
import { createObjectFolder, infoFrom, type ObjectFolder } from '#platform/files/object-folder.ts'
import { copyStored, openStored, type Stored, writeStored } from '#platform/files/stored-file.ts'
import {
  type ByteRange,
  type ListedObject,
  type MultipartStore,
  type ObjectStore,
  type OpenedObject,
  objectsPerPage,
} from '#platform/ports/object-store.ts'

export type FolderStore = ObjectStore &
  MultipartStore & {
    /** Whether the folder can be written, by writing to it; rejects when it cannot. */
    readonly healthy: () => Promise<boolean>
  }

/** Objects as files below `root`: written beside, synced, then renamed. */
export const createFolderStore = (root: string): FolderStore => {
  const folder = createObjectFolder(root)
  return {
    ...multipartIn(root, folder),
    // NOTE: access(2) says yes to root always, and knows nothing of a disk that is full.
    healthy: async () => {
      await folder.tryWriting()
      return true
    },
    head: folder.infoOf,
    remove: folder.remove,
    put: (key, body, { type = 'application/octet-stream', condition } = {}) =>
      folder.commit((partial) => writeStored(partial, body, type), { key, condition }),
    get: async (key, { range, ifMatch } = {}) => {
      const file = await openStored(folder.pathOf(key))
      if (file === null) return null
      try {
        if (ifMatch !== undefined && ifMatch !== file.stored.etag) throw new CinegraphError('PRECONDITION_FAILED')
        return opened(key, file.stored, file.read(range === undefined ? undefined : within(range, file.stored)))
      } catch (error) {
        await file[Symbol.asyncDispose]()
        throw error
      }
    },
    list: (prefix, { after, limit = objectsPerPage } = {}) => page(folder, prefix, { after, limit: Math.min(limit, objectsPerPage) }),
    copy: async (from, to, condition) => {
      if ((await folder.infoOf(from)) === null) throw new CinegraphError('NOT_FOUND', { what: 'object', id: from })
      return folder.commit((partial) => copyStored(folder.pathOf(from), partial), { key: to, condition })
    },
  }
}

const opened = (key: ObjectKey, stored: Stored, body: OpenedObject['body']): OpenedObject => ({ info: infoFrom(key, stored), body })

const within = ({ start, end }: ByteRange, { bytes }: Stored): ByteRange => {
  if (start >= bytes || end < start) throw new CinegraphError('RANGE_INVALID', { size: bytes })
  return { start, end: Math.min(end, bytes - 1) }
}

type Bounds = { readonly after: ObjectKey | undefined; readonly limit: number }

const page = async (folder: ObjectFolder, prefix: ObjectKey, { after, limit }: Bounds) => {
  const objects: ListedObject[] = []
  for await (const key of keysBelow(folder.pathOf(prefix), prefix, after ?? '')) {
    if (objects.length === limit) return { objects, next: objects.at(-1)?.key ?? null }
    const info = await folder.infoOf(key)
    if (info !== null) objects.push(info)
  }
  return { objects, next: null }
}

/** Keys of files in the order of their bytes: a folder stands where its name with a `/` does. */
async function* keysBelow(dir: string, prefix: string, after: string): AsyncGenerator<ObjectKey> {
  const entries = (await readdir(dir, { withFileTypes: true }).catch(absentAsNull)) ?? []
  const names = entries.map((entry) => (entry.isDirectory() ? `${entry.name}/` : entry.name)).toSorted((a, b) => (a < b ? -1 : 1))
  for (const name of names) {
    const path = `${prefix}/${name}`
    const isFolder = name.endsWith('/')
    // NOTE: all keys of a folder that ends before `after` are left out without reading it.
    if (path <= after && !(isFolder && after.startsWith(path))) continue
    if (isFolder) yield* keysBelow(join(dir, name), path.slice(0, -1), after)
    else {
      const key = parseObjectKey(path)
      if (key !== null) yield key
    }
  }
}
