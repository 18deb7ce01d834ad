import { chmod, mkdir, readdir, readFile, rm, stat, statfs, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { CinegraphError, messageOf, systemCodeOf } from '#platform/errors/errors.ts'
import { processBirth } from '#platform/process/birth.ts'

/** Grows when an older version could no longer read what this one writes. */
const formatVersion = 2
const roomMb = 512

type Lock = { readonly pid: number; readonly birth: string | null }

/** What PostgreSQL keeps for itself, under an account of its own when root starts it. */
const ofTheDatabase = ['postgres', 'database']

/**
 * Takes a data folder for this process, making it when it is new; what lies in it is made private to its owner. Disposing
 * gives it back; a lock left by a process that was killed does not count. Throws DATA_UNWRITABLE, DATA_NOT_FOLDER, DATA_FOREIGN, DATA_IN_USE,
 * DATA_NEWER, DATA_CORRUPT or DISK_FULL.
 */
export const takeDataFolder = async (dir: string, { neededMb = roomMb }: { readonly neededMb?: number } = {}): Promise<AsyncDisposable> => {
  const lockFile = join(dir, 'lock')
  try {
    await makeFolder(dir)
    await checkOwner(dir)
    await checkOurs(dir)
    await makePrivate(dir)
    await checkSpace(dir, neededMb)
    await checkVersion(dir)
    await takeLock(dir, lockFile)
  } catch (error) {
    const code = systemCodeOf(error)
    if (code === undefined || error instanceof CinegraphError || code === 'ENOSPC') throw error
    throw new CinegraphError('DATA_UNWRITABLE', { dir, why: messageOf(error) }, error)
  }
  return { [Symbol.asyncDispose]: () => rm(lockFile, { force: true }) }
}

/** NOTE: Node's own recursive `mkdir` never ends in a file system that refuses new folders with ENOENT, as /proc does. */
const makeFolder = async (dir: string, whole = dir): Promise<void> => {
  const found = await stat(dir).catch((error: unknown) => {
    // NOTE: what lies below a file gives ENOTDIR; which of its parents is the file shows on the way up.
    if (systemCodeOf(error) !== 'ENOENT' && systemCodeOf(error) !== 'ENOTDIR') throw error
  })
  if (found?.isDirectory()) return
  if (found !== undefined) throw new CinegraphError('DATA_NOT_FOLDER', { dir: whole, file: dir })
  if (dirname(dir) !== dir) await makeFolder(dirname(dir), whole)
  await mkdir(dir, { mode: 0o700 })
}

const checkOwner = async (dir: string): Promise<void> => {
  const [{ uid }, own] = [await stat(dir), process.getuid?.() ?? 0]
  if (own !== 0 && uid !== own) throw new CinegraphError('DATA_UNWRITABLE', { dir, why: `it belongs to another user, whose id is ${uid}` })
}

/** What tells a folder of ours from another; `lost+found` is in every new file system that is mounted. */
const marks = ['version.json', 'secrets', 'secrets.json', 'lock']

/** NOTE: what follows changes the rights of all that lies in the folder; a home or a system folder must never get there. */
const checkOurs = async (dir: string): Promise<void> => {
  const found = (await readdir(dir)).filter((name) => name !== 'lost+found')
  if (found.length === 0 || marks.some((mark) => found.includes(mark))) return
  throw new CinegraphError('DATA_FOREIGN', { dir, found: `${found.slice(0, 3).join(', ')}${found.length > 3 ? ' …' : ''}` })
}

/** NOTE: a group that may enter, and no more, is left so: root lets the database's account in that way. */
const makePrivate = async (dir: string): Promise<void> => {
  await chmod(dir, 0o700 | ((await stat(dir)).mode & 0o010))
  const inside = (await readdir(dir, { withFileTypes: true })).filter(({ name }) => !ofTheDatabase.includes(name))
  for (const entry of inside)
    if (entry.isDirectory() || entry.isFile()) await chmod(join(dir, entry.name), entry.isDirectory() ? 0o700 : 0o600)
}

const checkSpace = async (dir: string, neededMb: number): Promise<void> => {
  const disk = await statfs(dir)
  const freeMb = Math.floor((disk.bavail * disk.bsize) / 1_048_576)
  if (freeMb < neededMb) throw new CinegraphError('DISK_FULL', { dir, freeMb, neededMb })
}

const checkVersion = async (dir: string): Promise<void> => {
  const file = join(dir, 'version.json')
  const found = await readJson(file)
  if (found === null) return void (await write(file, { version: formatVersion }))
  const version = typeof found === 'object' && 'version' in found && typeof found.version === 'number' ? found.version : undefined
  if (version === undefined) throw new CinegraphError('DATA_CORRUPT', { file, why: 'it does not name a version' })
  if (version < formatVersion) await write(file, { version: formatVersion })
  if (version > formatVersion) throw new CinegraphError('DATA_NEWER', { dir, found: version, known: formatVersion })
}

const takeLock = async (dir: string, file: string): Promise<void> => {
  const mine: Lock = { pid: process.pid, birth: processBirth(process.pid) }
  try {
    await write(file, mine, 'wx')
  } catch (error) {
    if (systemCodeOf(error) !== 'EEXIST') throw error
    const held = (await readJson(file).catch(() => null)) as Lock | null
    if (held !== null && held.pid !== process.pid && held.birth !== null && processBirth(held.pid) === held.birth)
      throw new CinegraphError('DATA_IN_USE', { dir, pid: held.pid })
    await write(file, mine)
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

const write = (file: string, value: object, flag = 'w'): Promise<void> =>
  writeFile(file, `${JSON.stringify(value)}\n`, { flag, mode: 0o600 })
