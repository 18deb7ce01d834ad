import { randomUUID } from 'node:crypto'
import { readFile, rm, writeFile } from 'node:fs/promises'
import { setTimeout as sleep } from 'node:timers/promises'
import { CinegraphError, systemCodeOf } from '#platform/errors/errors.ts'
import { absentAsNull, isOwnerAlive, owner, privateFile } from '#platform/files/durable.ts'

const waitMs = 3
const timeoutMs = 10_000

const createdNew = async (path: string, text: string): Promise<boolean> => {
  try {
    await writeFile(path, text, { flag: 'wx', mode: privateFile })
    return true
  } catch (error) {
    if (systemCodeOf(error) === 'EEXIST') return false
    throw error
  }
}

/**
 * Holds `path` as a lock among the processes of one machine until it is disposed. The lock of a process that has ended does
 * not count. Throws OVERLOADED when it is not free within 10 s.
 */
export const lockFile = async (path: string): Promise<AsyncDisposable> => {
  const mine = `${owner} ${randomUUID()}`
  for (const until = Date.now() + timeoutMs; Date.now() < until; await sleep(waitMs)) {
    if (await createdNew(path, mine)) return { [Symbol.asyncDispose]: () => rm(path, { force: true }) }
    await breakStale(path)
  }
  throw new CinegraphError('OVERLOADED', { what: 'The object store' })
}

/** NOTE: only who creates the file named by the dead lock may remove that lock, so that nobody removes the one that follows it. */
const breakStale = async (path: string): Promise<void> => {
  const held = await readFile(path, 'utf8').catch(absentAsNull)
  const [holder = '', id] = held?.split(' ') ?? []
  if (id === undefined || isOwnerAlive(`${holder}-`)) return
  const right = `${path}.${id}`
  if (!(await createdNew(right, ''))) return
  await rm(path, { force: true })
  await rm(right, { force: true })
}
