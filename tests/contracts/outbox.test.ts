import assert from 'node:assert/strict'
import { randomUUID } from 'node:crypto'
import { test } from 'node:test'
import type { EventOf } from '#platform/contracts/topic.ts'
import { subscriptions } from '#platform/contracts/topics/profile.subscriptions.ts'
import { openDatabase } from '#platform/postgres/database.ts'
import { outboxEvent } from '#platform/postgres/outbox.ts'
import { relayOutbox } from '#platform/postgres/relay.ts'
import { copyDatabase, log } from '../boot.ts'
import { until } from '../member.ts'

type Started = EventOf<typeof subscriptions>
const started = (accountId: string, planName: string): Started => ({
  accountId,
  email: 'a@b.cd',
  planName,
  startedAt: new Date(0).toISOString(),
})
const jobs = { enqueue: () => Promise.reject(new Error('not asked')) }

const openOutbox = async (stack: AsyncDisposableStack) => {
  const { url } = stack.use(await copyDatabase())
  const database = stack.use(openDatabase(url))
  const sent: string[] = []
  const state = { isAway: false, calls: 0 }
  const publish = async (_topic: object, events: readonly unknown[]): Promise<void> => {
    state.calls += 1
    if (state.isAway) throw Object.assign(new Error('connect ECONNREFUSED'), { code: 'ECONNREFUSED' })
    sent.push(...(events as readonly Started[]).map(({ accountId, planName }) => `${accountId} ${planName}`))
  }
  const relay = () => stack.use(relayOutbox({ database, schema: 'profile', events: { publish }, jobs, log }))
  const save = (row: object) => database.prisma.profileOutbox.create({ data: row as never })
  return { database, sent, state, relay, save }
}

test('a row that cannot be published is set aside once; its key waits in order, all others go on', async () => {
  await using stack = new AsyncDisposableStack()
  const { database, sent, state, relay, save } = await openOutbox(stack)
  await save(outboxEvent(subscriptions, started('one', '1')))
  await save({ ...outboxEvent(subscriptions, started('one', '2')), event: { accountId: 'one', email: 'x@y..z' } })
  await save(outboxEvent(subscriptions, started('one', '3')))
  await save(outboxEvent(subscriptions, started('two', '1')))
  await save({ topic: 'nobody.knows', key: 'k', event: {}, traceparent: '' })
  relay()
  await save(outboxEvent(subscriptions, started('one', '4')))
  await save(outboxEvent(subscriptions, started('three', '1')))
  await until('all that can be', 20_000, async () => sent.length >= 3)
  assert.deepEqual(sent.toSorted(), ['one 1', 'three 1', 'two 1'])
  const aside = await database.prisma.profileOutbox.findMany({ where: { failedAt: { not: null } }, orderBy: { id: 'asc' } })
  assert.deepEqual(
    aside.map(({ topic }) => topic),
    [subscriptions.name, 'nobody.knows'],
  )
  assert.match(aside[0]?.failure ?? '', /email/)
  const { calls } = state
  await new Promise((resolve) => setTimeout(resolve, 1_500))
  assert.equal(state.calls, calls, 'nothing is published again and again')
  await database.prisma.profileOutbox.update({ where: { id: aside[0]?.id ?? 0n }, data: { event: started('one', '2'), failedAt: null } })
  await until('the row and those behind it', 20_000, async () => sent.length >= 6)
  assert.deepEqual(
    sent.filter((each) => each.startsWith('one')),
    ['one 1', 'one 2', 'one 3', 'one 4'],
  )
})

test('while the log is away rows wait, and none is set aside', async () => {
  await using stack = new AsyncDisposableStack()
  const { database, sent, state, relay, save } = await openOutbox(stack)
  state.isAway = true
  for (const n of [1, 2, 3]) await save(outboxEvent(subscriptions, started(randomUUID(), String(n))))
  relay()
  await until('some tries', 20_000, async () => state.calls >= 3)
  assert.equal(await database.prisma.profileOutbox.count({ where: { failedAt: null } }), 3)
  state.isAway = false
  await until('all of them', 30_000, async () => sent.length === 3)
})

test('nothing is saved that could not be published', () => {
  for (const email of ['x@y..z', 'nobody', 'a\0@b.cd'])
    assert.throws(() => outboxEvent(subscriptions, { ...started('one', '1'), email }), { code: 'INPUT_INVALID' }, email)
})
