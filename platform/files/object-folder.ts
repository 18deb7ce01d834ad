import { createHash } from 'node:crypto'
import { rm, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import type { ObjectKey } from '#platform/contracts/object-key.ts'
import { CinegraphError } from '#platform/errors/errors.ts'
import { createDurably, makeFolder, partialIn, privateFile, removeDurably, replaceDurably, sweepPartials } from '#platform/files/durable.ts'
import { lockFile } from '#platform/files/lock.ts'
import { openStored, type Stored } from '#platform/files/stored-file.ts'
import type { ObjectInfo, WriteCondition } from '#platform/ports/object-store.ts'

export type Commit = { readonly key: ObjectKey; readonly condition: WriteCondition | undefined }
/** Folders for what is not an object begin with a dot, as no part of a key does. */
export type ObjectFolder = {
  readonly pathOf: (key: ObjectKey) => string
  readonly infoOf: (key: ObjectKey) => Promise<ObjectInfo | null>
  /** Lets `write` make a complete and synced file, then gives it the name of the key, when the condition holds. */
  readonly commit: (write: (partial: string) => Promise<void>, commit: Commit) => Promise<ObjectInfo>
  readonly remove: (key: ObjectKey) => Promise<void>
  /** Writes a file and removes it. Rejects when the folder cannot be written. */
  readonly tryWriting: () => Promise<void>
}

const failed = () => new CinegraphError('PRECONDITION_FAILED')

export const infoFrom = (key: ObjectKey, { bytes, type, etag, modifiedAt }: Stored): ObjectInfo => ({ key, bytes, type, etag, modifiedAt })

/** Objects as files below `root`, for this user only. */
export const createObjectFolder = (root: string): ObjectFolder => {
  const partials = join(root, '.partial')
  let prepared: Promise<void> | undefined
  const prepare = async (): Promise<void> => {
    for (const dir of [partials, join(root, '.locks')]) await makeFolder(dir)
    await sweepPartials(partials)
  }
  const pathOf = (key: ObjectKey): string => join(root, key)
  const infoOf = async (key: ObjectKey): Promise<ObjectInfo | null> => {
    await using file = await openStored(pathOf(key))
    return file === null ? null : infoFrom(key, file.stored)
  }
  const lock = (key: ObjectKey) => lockFile(join(root, '.locks', createHash('sha1').update(key).digest('hex')))
  const giveName = async (partial: string, { key, condition }: Commit): Promise<void> => {
    const path = pathOf(key)
    await makeFolder(dirname(path))
    if (condition !== undefined && 'ifAbsent' in condition) {
      if (!(await createDurably(partial, path))) throw failed()
      return
    }
    await using _ = await lock(key)
    if (condition !== undefined && (await infoOf(key))?.etag !== condition.ifMatch) throw failed()
    await replaceDurably(partial, path)
  }
  const ready = (): Promise<void> => {
    // NOTE: a disk that was away at the first write may be back at the next one.
    prepared ??= prepare().catch((error: unknown) => {
      prepared = undefined
      throw error
    })
    return prepared
  }
  return {
    pathOf,
    infoOf,
    tryWriting: async () => {
      await makeFolder(partials)
      const partial = partialIn(partials)
      try {
        await writeFile(partial, 'Can this be written?', { mode: privateFile, flush: true })
      } finally {
        await rm(partial, { force: true })
      }
    },
    commit: async (write, commit) => {
      await ready()
      const partial = partialIn(partials)
      try {
        await write(partial)
        await using file = await openStored(partial)
        await giveName(partial, commit)
        if (file === null) throw new CinegraphError('NOT_FOUND', { what: 'object', id: commit.key })
        return infoFrom(commit.key, file.stored)
      } finally {
        await rm(partial, { force: true })
      }
    },
    remove: async (key) => {
      await ready()
      await using _ = await lock(key)
      await removeDurably(pathOf(key))
    },
  }
}
