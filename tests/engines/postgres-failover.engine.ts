import assert from 'node:assert/strict'
import { randomUUID } from 'node:crypto'
import { test } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import { createPostgresEventLog } from '#platform/adapters/event-log.postgres.ts'
import { createPostgresJobs } from '#platform/adapters/jobs.postgres.ts'
import { subscriptions } from '#platform/contracts/topics/profile.subscriptions.ts'
import { signals } from '#platform/contracts/topics/recs.signals.ts'
import { hostsOf, withDatabase, withHost } from '#platform/postgres/addresses.ts'
import { createClient } from '#platform/postgres/connections.ts'
import { openDatabase } from '#platform/postgres/database.ts'
import { migrateDatabase } from '#platform/postgres/migrate.ts'
import { outboxEvent } from '#platform/postgres/outbox.ts'
import { relayOutbox } from '#platform/postgres/relay.ts'
import { postgres } from '../../deploy/engines/postgres.ts'
import { log } from '../boot.ts'
import { until } from '../member.ts'
import { ownServers } from './own-servers.ts'
import { whenUp } from './up.ts'

const promoteStandby = async (url: string): Promise<void> => {
  const standby = hostsOf(url)[1]
  if (standby === undefined) throw new Error('there is no standby')
  const client = createClient({ connectionString: withDatabase(withHost(url, standby), 'postgres') })
  await client.connect()
  await client.query('select pg_promote(wait => true)').finally(() => client.end())
}

whenUp('postgres', 'DATABASE_URL', () => {
  test('the primary is killed and the standby promoted under load: nothing acknowledged is lost, and nobody is started again', async () => {
    await using stack = new AsyncDisposableStack()
    const servers = stack.use(await ownServers(postgres))
    const url = servers.env.DATABASE_URL ?? ''
    await migrateDatabase(url)
    const database = stack.use(openDatabase(url))
    const events = stack.use(await createPostgresEventLog(url, log))
    const jobs = stack.use(await createPostgresJobs(url, log))
    stack.use(relayOutbox({ database, schema: 'profile', events, jobs, log }))
    const [seen, mailed] = [new Set<string>(), new Set<string>()]
    await events.consume({
      topic: signals,
      group: 'recs',
      handle: async (batch) => batch.forEach(({ data }) => void seen.add(data.titleId)),
    })
    await events.consume({
      topic: subscriptions,
      group: 'notify',
      handle: async (batch) => batch.forEach(({ data }) => void mailed.add(data.accountId)),
    })
    const stop = new AbortController()
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
    const loading = [load(), load(), load()]
    await until('load goes through', 60_000, async () => published.size > 50 && saved.size > 50)
    await servers.signal('postgres-a', 'SIGKILL')
    await promoteStandby(url)
    const [events0, rows0] = [published.size, saved.size]
    await until('load goes through again', 60_000, async () => published.size > events0 + 50 && saved.size > rows0 + 50)
    stop.abort()
    await Promise.all(loading)
    await until('all that was published is consumed', 60_000, async () => [...published].every((id) => seen.has(id)))
    await until('all that was saved is published', 60_000, async () => [...saved].every((id) => mailed.has(id)))
    assert.ok(published.size > 100)
  })
})
