import { mkdir, readFile, rm, statfs, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { CinegraphError, messageOf, systemCodeOf } from '#platform/errors/errors.ts'
import { processBirth } from '#platform/process/birth.ts'

/** Grows when an older version could no longer read what this one writes. */
const formatVersion = 1
const roomMb = 512

type Lock = { readonly pid: number; readonly birth: string | null }

/**
 * Takes a data folder for this process, making it when it is new. Disposing gives it back; a lock left by a process
 * that was killed does not count. Throws DATA_UNWRITABLE, DATA_IN_USE, DATA_NEWER, DATA_CORRUPT or DISK_FULL.
 */
export const takeDataFolder = async (dir: string, { neededMb = roomMb }: { readonly neededMb?: number } = {}): Promise<AsyncDisposable> => {
  await mkdir(dir, { recursive: true, mode: 0o755 }).catch((error: unknown) => {
    throw new CinegraphError('DATA_UNWRITABLE', { dir, why: messageOf(error) }, error)
  })
  await checkSpace(dir, neededMb)
  await checkVersion(dir)
  const lockFile = join(dir, 'lock')
  await takeLock(dir, lockFile)
  return { [Symbol.asyncDispose]: () => rm(lockFile, { force: true }) }
}

const checkSpace = async (dir: string, neededMb: number): Promise<void> => {
  const disk = await statfs(dir)
  const freeMb = Math.floor((disk.bavail * disk.bsize) / 1_048_576)
  if (freeMb < neededMb) throw new CinegraphError('DISK_FULL', { dir, freeMb, neededMb })
}

const checkVersion = async (dir: string): Promise<void> => {
  const file = join(dir, 'version.json')
  const found = await readJson(file)
  if (found === null) return void (await write(dir, file, { version: formatVersion }))
  const version = typeof found === 'object' && 'version' in found && typeof found.version === 'number' ? found.version : undefined
  if (version === undefined) throw new CinegraphError('DATA_CORRUPT', { file, why: 'it does not name a version' })
  if (version > formatVersion) throw new CinegraphError('DATA_NEWER', { dir, found: version, known: formatVersion })
}

const takeLock = async (dir: string, file: string): Promise<void> => {
  const mine: Lock = { pid: process.pid, birth: processBirth(process.pid) }
  try {
    await write(dir, file, mine, 'wx')
  } catch (error) {
    if (systemCodeOf(error) !== 'EEXIST') throw error
    const held = (await readJson(file).catch(() => null)) as Lock | null
    if (held !== null && held.pid !== process.pid && held.birth !== null && processBirth(held.pid) === held.birth)
      throw new CinegraphError('DATA_IN_USE', { dir, pid: held.pid })
    await write(dir, file, mine)
  }
}

const readJson = async (file: string): Promise<object | null> => {
  try {
    return JSON.parse(await readFile(file, 'utf8')) as object
  } catch (error) {
    if (systemCodeOf(error) === 'ENOENT') return null
    throw new CinegraphError('DATA_CORRUPT', { file, why: messageOf(error) }, error)
  }
}

const write = async (dir: string, file: string, value: object, flag = 'w'): Promise<void> => {
  try {
    await writeFile(file, `${JSON.stringify(value)}\n`, { flag })
  } catch (error) {
    if (['EACCES', 'EPERM', 'EROFS'].includes(systemCodeOf(error) ?? ''))
      throw new CinegraphError('DATA_UNWRITABLE', { dir, why: messageOf(error) }, error)
    throw error
  }
}
