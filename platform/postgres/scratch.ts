import { randomBytes } from 'node:crypto'
import { chmod, mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createLog } from '#platform/observe/log.ts'
import { type PostgresServer, startPostgres } from '#platform/postgres/server.ts'
import { freePort } from '#platform/process/free-port.ts'

/** A PostgreSQL of its own in a temporary folder, gone when disposed; without fsync, since nothing in it outlives a run. */
export const scratchPostgres = async (): Promise<PostgresServer> => {
  const dataDir = await mkdtemp(join(tmpdir(), 'cinegraph-scratch-'))
  await chmod(dataDir, 0o755)
  const settings = ['fsync=off', 'synchronous_commit=off', 'full_page_writes=off']
  const server = await startPostgres({
    dataDir,
    port: await freePort(),
    password: randomBytes(16).toString('hex'),
    log: createLog('scratch', 'error'),
    settings,
  })
  return {
    ...server,
    [Symbol.asyncDispose]: async () => {
      await server[Symbol.asyncDispose]()
      await rm(dataDir, { recursive: true, force: true })
    },
  }
}
