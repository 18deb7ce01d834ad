import { execFile } from 'node:child_process'
import { randomUUID } from 'node:crypto'
import { chmod, chown, cp, mkdir, readFile, rm, stat, writeFile } from 'node:fs/promises'
import { dirname, isAbsolute, join } from 'node:path'
import { promisify } from 'node:util'
import { CinegraphError } from '#platform/errors/errors.ts'
import { absentAsNull } from '#platform/files/durable.ts'

const run = promisify(execFile)

export type Account = { readonly uid: number; readonly gid: number }

/** Where a root-run server keeps what its account cannot reach in a folder that only root may enter. */
export const reachableRoot = '/var/lib/cinegraph'
const inside = join('database', 'postgres')
const ofUsers = 'postgres'
/** In a data folder: where its cluster is, when not inside. Beside such a cluster: whose it is. */
const [noteName, ownerName] = ['postgres-location', 'data-folder']

// NOTE: what cannot be looked at is not taken for absent, or an empty database would be made beside one that is there.
const textOf = async (file: string): Promise<string> => (await readFile(file, 'utf8').catch(absentAsNull)) ?? ''
const isThere = async (file: string): Promise<boolean> => (await stat(file).catch(absentAsNull)) !== null
const isCluster = (dir: string): Promise<boolean> => isThere(join(dir, 'PG_VERSION'))

export const canEnter = async (dir: string, account: Account): Promise<boolean> =>
  run('/bin/sh', ['-c', 'cd "$0"', dir], { ...account, cwd: '/' }).then(
    () => true,
    () => false,
  )

export const makeReachableRoot = async (): Promise<void> => {
  await mkdir(reachableRoot, { recursive: true })
  await chmod(reachableRoot, 0o711)
}

/** The cluster of a data folder, for a server that runs as whoever asks. Throws DATABASE_ELSEWHERE. */
export const ownCluster = async (dataDir: string): Promise<string> => {
  const [own, ofRoot] = [join(dataDir, ofUsers), join(dataDir, 'database')]
  if (!(await isCluster(own)) && ((await isThere(ofRoot)) || (await isThere(join(dataDir, noteName)))))
    throw elsewhere(dataDir, 'was made by root', 'Start it as root, or choose another folder with --data DIR.')
  return own
}

/**
 * The cluster of a data folder, for a server that runs as an account which may not be able to enter it. A cluster inside the
 * folder is the folder's, wherever both have been copied or moved; one outside belongs to one data folder. Throws DATABASE_ELSEWHERE.
 */
export const accountsCluster = async (dataDir: string, account: Account): Promise<string> => {
  const here = join(dataDir, inside)
  const note = await textOf(join(dataDir, noteName))
  const isHere = await isCluster(here)
  if (!isHere && (await isCluster(join(dataDir, ofUsers))))
    throw elsewhere(dataDir, 'was made by a user who is not root', 'Start it as that user, or choose another folder with --data DIR.')
  if (isHere || note === '' || !isAbsolute(note) || note === here) {
    await letEnter(dataDir, account)
    if (await canEnter(dataDir, account)) return makeHome(dataDir, { dataDir, note: inside, account })
    const home = await outsideFolder(account)
    // NOTE: a restored folder may bring a cluster to where the account cannot go.
    if (isHere) await cp(join(dataDir, 'database'), join(home, 'database'), { recursive: true, verbatimSymlinks: true })
    const cluster = await makeHome(home, { dataDir, note: join(home, inside), account })
    await rm(join(dataDir, 'database'), { recursive: true, force: true })
    return cluster
  }
  await belongsTo(dataDir, note)
  return note
}

type Home = { readonly dataDir: string; readonly note: string; readonly account: Account }

/** NOTE: the place is written down on first use, because the rights of the folders above may change later. */
const makeHome = async (root: string, { dataDir, note, account }: Home): Promise<string> => {
  const home = join(root, 'database')
  await mkdir(home, { recursive: true, mode: 0o700 })
  // NOTE: also what somebody has copied there, who was another user.
  await run('chown', ['-R', `${account.uid}:${account.gid}`, home])
  if (isAbsolute(note)) await writeFile(join(root, ownerName), dataDir)
  await writeFile(join(dataDir, noteName), note)
  return join(home, 'postgres')
}

/** Takes a cluster outside for this data folder, unless another folder has it. */
const belongsTo = async (dataDir: string, cluster: string): Promise<void> => {
  const root = dirname(dirname(cluster))
  if (!(await isThere(root)) || !cluster.startsWith(join(reachableRoot, '/')))
    throw elsewhere(dataDir, `is not at ${cluster}, where it was`, `Copy it from a backup to ${join(dataDir, inside)}.`)
  const owner = await textOf(join(root, ownerName))
  if (owner !== '' && owner !== dataDir && (await textOf(join(owner, noteName))) === cluster)
    throw elsewhere(
      dataDir,
      `lies at ${cluster} and belongs to the data folder ${owner}, of which this one is a copy`,
      `Stop the service there, copy ${dirname(cluster)} to ${join(dataDir, 'database')}, and start again.`,
    )
  if (owner !== dataDir) await writeFile(join(root, ownerName), dataDir)
}

const elsewhere = (dir: string, why: string, what: string): CinegraphError => new CinegraphError('DATABASE_ELSEWHERE', { dir, why, what })

/** Lets the server's account enter a folder, and nobody else; it may not list what is there. */
const letEnter = async (dir: string, { gid }: Account): Promise<void> => {
  await chown(dir, 0, gid)
  await chmod(dir, 0o710)
}

const outsideFolder = async (account: Account): Promise<string> => {
  const dir = join(reachableRoot, `data-${randomUUID()}`)
  await makeReachableRoot()
  await mkdir(dir)
  await letEnter(dir, account)
  return dir
}
