import assert from 'node:assert/strict'
import { randomUUID } from 'node:crypto'
import { test } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import { resumePoints } from '#platform/contracts/topics/history.resumePoints.ts'
import { migrateDatabase } from '#platform/postgres/migrate.ts'
import { type PostgresServer, startPostgres } from '#platform/postgres/server.ts'
import { freePort } from '#platform/process/free-port.ts'
import { log, temporaryFolder } from '../boot.ts'
import { Load } from '../load.ts'
import { until } from '../member.ts'
import { openPostgresWrites } from '../postgres-writes.ts'

const kills = 3

test('PostgreSQL is killed again and again under load: the process goes on, and nothing acknowledged is lost', async () => {
  await using stack = new AsyncDisposableStack()
  const folder = stack.use(await temporaryFolder())
  const [port, password] = [await freePort(), randomUUID()]
  const start = (): Promise<PostgresServer> =>
    until('the database starts', 60_000, () => startPostgres({ dataDir: folder.path, port, password, log }).catch(() => undefined))
  let server = await start()
  stack.defer(() => server[Symbol.asyncDispose]())
  const url = server.url('cinegraph')
  await migrateDatabase(url)
  const { database, events, write, settle, missing, saved } = stack.use(await openPostgresWrites(url))
  const tailed = new Set<string>()
  const stop = new AbortController()
  const tail = await events.tail(resumePoints, stop.signal)
  const tailing = Array.fromAsync(tail, ({ data }) => void tailed.add(data.titleId))
  // NOTE: a connection that is checked out and idle is the one whose loss nobody waits for.
  const holdConnection = async (): Promise<void> => {
    while (!stop.signal.aborted) {
      const client = await database.pool.connect().catch(() => undefined)
      await sleep(50)
      client?.release(true)
    }
  }
  const holding = [holdConnection(), holdConnection()]
  const load = stack.use(new Load(3, write))
  for (let kill = 0; kill < kills; kill += 1) {
    await load.goesOn('load goes through', { more: 30 })
    process.kill(server.pid, 'SIGKILL')
    await server.ended
    server = await start()
  }
  await load.goesOn('load goes through again', { more: 30 })
  const last = randomUUID()
  await until('what is tailed comes again', 60_000, async () => {
    await events.publish(resumePoints, [{ profileId: 'p', titleId: last }]).catch(() => undefined)
    return tailed.has(last)
  })
  stop.abort()
  await Promise.all([load.stop(), ...holding, tailing])
  await settle()
  assert.equal(missing(), 0)
  assert.ok(saved() > 30 * kills)
})
