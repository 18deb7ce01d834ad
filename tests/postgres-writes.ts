import { randomUUID } from 'node:crypto'
import { subscriptions } from '#platform/contracts/topics/profile.subscriptions.ts'
import { signals } from '#platform/contracts/topics/recs.signals.ts'
import { openEngines } from '#platform/engines/engines.ts'
import type { EventLog } from '#platform/ports/event-log.ts'
import type { Database } from '#platform/postgres/database.ts'
import { outboxEvent } from '#platform/postgres/outbox.ts'
import { relayOutbox } from '#platform/postgres/relay.ts'
import { readConfig } from '#platform/settings/config.ts'
import { log } from './boot.ts'
import { missingFrom } from './load.ts'
import { until } from './member.ts'

/** Events that are published, and rows of an outbox that are saved: each is acknowledged, and then arrives. */
export type PostgresWrites = AsyncDisposable & {
  readonly database: Database
  readonly events: EventLog
  /** Publishes an event and saves a row; rejects when one of them was not acknowledged. */
  readonly write: (caller: number, n: number) => Promise<void>
  /** How many of those acknowledged have not arrived. */
  readonly missing: () => number
  /** Resolves when nothing is missing. */
  readonly settle: () => Promise<void>
  /** How often an event arrived that had arrived already. */
  readonly again: () => number
  readonly saved: () => number
}

export const openPostgresWrites = async (url: string): Promise<PostgresWrites> => {
  await using stack = new AsyncDisposableStack()
  const engines = stack.use(openEngines(readConfig([], { DATABASE_URL: url }), log))
  const [database, events, jobs] = [await engines.open('database'), await engines.open('events'), await engines.open('jobs')]
  stack.use(relayOutbox({ database, schema: 'profile', events, jobs, log }))
  const [published, saved, seen, mailed] = [new Set<string>(), new Set<string>(), new Set<string>(), new Set<string>()]
  let deliveries = 0
  await events.consume({
    topic: signals,
    group: 'recs',
    handle: async (batch) => {
      deliveries += batch.length
      for (const { data } of batch) seen.add(data.titleId)
    },
  })
  await events.consume({
    topic: subscriptions,
    group: 'notify',
    handle: async (batch) => batch.forEach(({ data }) => void mailed.add(data.accountId)),
  })
  const write = async (_: number, n: number): Promise<void> => {
    const [id, at] = [randomUUID(), new Date().toISOString()]
    const row = outboxEvent(subscriptions, { accountId: id, email: 'a@b.cd', planName: 'Basic', startedAt: at })
    const [event, outbox] = await Promise.allSettled([
      events.publish(signals, [{ profileId: `p-${n % 9}`, titleId: id, share: 0.5, at }]),
      database.prisma.profileOutbox.create({ data: row }),
    ])
    if (event.status === 'fulfilled') published.add(id)
    if (outbox.status === 'fulfilled') saved.add(id)
    if (event.status === 'rejected' || outbox.status === 'rejected') throw new Error('not acknowledged')
  }
  const missing = (): number => missingFrom(seen, published) + missingFrom(mailed, saved)
  const owned = stack.move()
  return {
    database,
    events,
    write,
    missing,
    settle: async () => void (await until('all that was acknowledged arrives', 60_000, async () => missing() === 0)),
    again: () => deliveries - seen.size,
    saved: () => saved.size,
    [Symbol.asyncDispose]: () => owned.disposeAsync(),
  }
}
