import { randomUUID } from 'node:crypto'
import { link, mkdir, open, readdir, rename, rm } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { systemCodeOf } from '#platform/errors/errors.ts'
import { processBirth } from '#platform/process/birth.ts'

export const privateFolder = 0o700
export const privateFile = 0o600

/** Null for a file or folder that is not there; throws any other error again. */
export const absentAsNull = (error: unknown): null => {
  const code = systemCodeOf(error)
  if (code === 'ENOENT' || code === 'ENOTDIR') return null
  throw error
}

/** NOTE: a new name is durable only when the folder that holds it was synced too (fsync(2)). */
const syncFolder = async (dir: string): Promise<void> => {
  await using folder = await open(dir, 'r')
  await folder.sync()
}

/** Makes a folder and those above it, for this user only, durably. */
export const makeFolder = async (dir: string): Promise<void> => {
  const first = await mkdir(dir, { recursive: true, mode: privateFolder })
  if (first === undefined) return
  for (let made = dir; made.length >= first.length; made = dirname(made)) await syncFolder(dirname(made))
}

const birthOf = (pid: number): string => (processBirth(pid) ?? '').replaceAll(/\W/g, '_')

/** The name of this process in files: a process id alone may be given to another program later. */
export const owner = `${process.pid}-${birthOf(process.pid)}`

/** Whether the process that a text begins with the name of still runs; true where that cannot be found out. */
export const isOwnerAlive = (text: string): boolean => {
  const [pid = '', birth = ''] = text.split('-')
  return birth === '' || birthOf(Number(pid)) === birth
}

/** A new name in `dir` for a file that is not yet complete. */
export const partialIn = (dir: string): string => join(dir, `${owner}-${randomUUID()}`)

/** Removes incomplete files of processes that have ended. */
export const sweepPartials = async (dir: string): Promise<void> => {
  const names = (await readdir(dir).catch(absentAsNull)) ?? []
  for (const name of names) if (!isOwnerAlive(name)) await rm(join(dir, name), { force: true, recursive: true })
}

/** Gives a complete and synced file its name, in place of what had it. */
export const replaceDurably = async (partial: string, path: string): Promise<void> => {
  await rename(partial, path)
  await syncFolder(dirname(path))
}

/** Gives a complete and synced file its name, unless something has it: then false. */
export const createDurably = async (partial: string, path: string): Promise<boolean> => {
  try {
    await link(partial, path)
  } catch (error) {
    if (systemCodeOf(error) === 'EEXIST') return false
    throw error
  }
  await rm(partial)
  await syncFolder(dirname(path))
  return true
}

/** Removes one file, durably; a folder, or what is not there, is left alone. */
export const removeDurably = async (path: string): Promise<void> => {
  const isGone = await rm(path).then(
    () => true,
    (error: unknown) => {
      if (['EISDIR', 'EPERM', 'ERR_FS_EISDIR'].includes(systemCodeOf(error) ?? '')) return false
      return absentAsNull(error) ?? false
    },
  )
  if (isGone) await syncFolder(dirname(path))
}
