import { readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { absentAsNull } from '#platform/files/durable.ts'
import { processBirth } from '#platform/process/birth.ts'
import { downByPackages } from './by-packages.ts'
import { readState } from './state.ts'

/** Folders below the temporary folder, in which a process runs servers for itself. */
export const ownedPrefix = 'cinegraph-own-servers-'
const ownerFile = 'owner'

/** Writes down that this process owns the servers of a folder, so that others can tell when it has ended without ending them. */
export const own = (run: string): Promise<void> => writeFile(join(run, ownerFile), `${process.pid} ${processBirth(process.pid) ?? ''}\n`)

const ownerOf = async (run: string): Promise<{ readonly pid: number; readonly birth: string }> => {
  const text = await readFile(join(run, ownerFile), 'utf8').catch(absentAsNull)
  const [pid = '', birth = ''] = (text ?? '').trim().split(' ')
  return { pid: Number(pid), birth }
}

type Owner = Awaited<ReturnType<typeof ownerOf>>

const endWhere = async (folder: string, isMeant: (owner: Owner) => boolean): Promise<readonly string[]> => {
  const ended: string[] = []
  for (const name of await readdir(folder)) {
    const run = join(folder, name)
    if (!name.startsWith(ownedPrefix) || !isMeant(await ownerOf(run))) continue
    for (const { servers } of Object.values(await readState(run))) await downByPackages(servers)
    await rm(run, { recursive: true, force: true })
    ended.push(run)
  }
  return ended
}

/** Ends the servers of processes that have ended without ending them, such as tests that were killed. Gives their folders. */
export const endAbandoned = (folder = tmpdir()): Promise<readonly string[]> =>
  endWhere(folder, ({ pid, birth }) => birth !== '' && processBirth(pid) !== birth)

/** Ends the servers that this process owns. Gives their folders. */
export const endOwn = (folder = tmpdir()): Promise<readonly string[]> => endWhere(folder, ({ pid }) => pid === process.pid)
