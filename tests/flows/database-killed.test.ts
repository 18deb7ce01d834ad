import assert from 'node:assert/strict'
import { randomUUID } from 'node:crypto'
import { test } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import { createPostgresEventLog } from '#platform/adapters/event-log.postgres.ts'
import { createPostgresJobs } from '#platform/adapters/jobs.postgres.ts'
import { resumePoints } from '#platform/contracts/topics/history.resumePoints.ts'
import { subscriptions } from '#platform/contracts/topics/profile.subscriptions.ts'
import { signals } from '#platform/contracts/topics/recs.signals.ts'
import { openDatabase } from '#platform/postgres/database.ts'
import { migrateDatabase } from '#platform/postgres/migrate.ts'
import { outboxEvent } from '#platform/postgres/outbox.ts'
import { relayOutbox } from '#platform/postgres/relay.ts'
import { type PostgresServer, startPostgres } from '#platform/postgres/server.ts'
import { freePort } from '#platform/process/free-port.ts'
import { log, temporaryFolder } from '../boot.ts'
import { until } from '../member.ts'

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
  const database = stack.use(openDatabase(url))
  const events = stack.use(await createPostgresEventLog(url, log))
  const jobs = stack.use(await createPostgresJobs(url, log))
  stack.use(relayOutbox({ database, schema: 'profile', events, jobs, log }))
  const [seen, mailed, tailed] = [new Set<string>(), new Set<string>(), new Set<string>()]
  await events.consume({ topic: signals, group: 'recs', handle: async (batch) => batch.forEach(({ data }) => void seen.add(data.titleId)) })
  await events.consume({
    topic: subscriptions,
    group: 'notify',
    handle: async (batch) => batch.forEach(({ data }) => void mailed.add(data.accountId)),
  })
  const stop = new AbortController()
  const tail = await events.tail(resumePoints, stop.signal)
  const tailing = Array.fromAsync(tail, ({ data }) => void tailed.add(data.titleId))
  const [published, saved] = [new Set<string>(), new Set<string>()]
  const load = async (): Promise<void> => {
    for (let n = 0; !stop.signal.aborted; n += 1) {
      const id = randomUUID()
      const at = new Date().toISOString()
      await events.publish(signals, [{ profileId: `p-${n % 9}`, titleId: id, share: 0.5, at }]).then(
        () => published.add(id),
        () => sleep(20),
      )
      const row = outboxEvent(subscriptions, { accountId: id, email: 'a@b.cd', planName: 'Basic', startedAt: at })
      await database.prisma.profileOutbox.create({ data: row }).then(
        () => saved.add(id),
        () => sleep(20),
      )
    }
  }
  // NOTE: a connection that is checked out and idle is the one whose loss nobody waits for.
  const holdConnection = async (): Promise<void> => {
    while (!stop.signal.aborted) {
      const client = await database.pool.connect().catch(() => undefined)
      await sleep(50)
      client?.release(true)
    }
  }
  const loading = [load(), load(), load(), holdConnection(), holdConnection()]
  for (let kill = 0; kill < kills; kill += 1) {
    const before = published.size
    await until('load goes through', 60_000, async () => published.size > before + 30)
    process.kill(server.pid, 'SIGKILL')
    await server.ended
    server = await start()
  }
  const before = published.size
  await until('load goes through again', 60_000, async () => published.size > before + 30)
  const last = randomUUID()
  await until('what is tailed comes again', 60_000, async () => {
    await events.publish(resumePoints, [{ profileId: 'p', titleId: last }]).catch(() => undefined)
    return tailed.has(last)
  })
  stop.abort()
  await Promise.all([...loading, tailing])
  await until('all that was published is consumed', 60_000, async () => [...published].every((id) => seen.has(id)))
  await until('all that was saved is published', 60_000, async () => [...saved].every((id) => mailed.has(id)))
  assert.ok(saved.size > 30 * kills)
})
