import assert from 'node:assert/strict'
import { randomUUID } from 'node:crypto'
import { test } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import type pg from 'pg'
import { z } from 'zod'
import { createPostgresEventLog } from '#platform/adapters/event-log.postgres.ts'
import { defineTopic } from '#platform/contracts/topic.ts'
import { createClient, openPool } from '#platform/postgres/connections.ts'
import { copyDatabase, log } from '../boot.ts'
import { until } from '../member.ts'

const numbers = defineTopic({
  name: 'test.numbers',
  version: 1,
  schema: z.object({ n: z.number() }),
  key: ({ n }) => String(n),
  groups: { reader: 'earliest' },
  live: false,
})
const append = (client: Pick<pg.Client, 'query'>, n: number) =>
  client.query('select event_log.append($1, $2, $3, $4, $5, $6)', [
    numbers.name,
    [n % 4],
    [1],
    randomUUID(),
    'trace',
    JSON.stringify({ n }),
  ])
const range = (count: number): readonly number[] => Array.from({ length: count }, (_, at) => at)

const openLog = async (stack: AsyncDisposableStack) => {
  const { url } = stack.use(await copyDatabase())
  const connect = async (): Promise<pg.Client> => {
    const client = createClient({ connectionString: url })
    await client.connect()
    stack.defer(() => client.end())
    return client
  }
  const events = stack.use(await createPostgresEventLog(url, log))
  const seen: number[] = []
  const consume = () =>
    events.consume({ topic: numbers, group: 'reader', handle: async (batch) => void seen.push(...batch.map(({ data }) => data.n)) })
  return { url, connect, events, seen, consume }
}

test('an append that takes long to commit loses no event, though others publish meanwhile', async () => {
  await using stack = new AsyncDisposableStack()
  const { connect, events, seen, consume } = await openLog(stack)
  await consume()
  const slow = await connect()
  await slow.query('begin')
  await append(slow, 1_000)
  const published = range(20).map((n) => events.publish(numbers, [{ n }]))
  await sleep(400)
  await slow.query('commit')
  await slow.query('begin')
  await append(slow, 2_000)
  await slow.query('rollback')
  await Promise.all(published)
  await until('all of them', 20_000, async () => seen.length >= 21)
  assert.deepEqual(new Set(seen), new Set([...range(20), 1_000]))
})

test('no event becomes visible behind a reader that has passed it, however long its transaction was', async () => {
  await using stack = new AsyncDisposableStack()
  const { url, connect } = await openLog(stack)
  const pool = openPool({ connectionString: url, max: 8 })
  stack.defer(() => pool.end())
  const reader = await connect()
  const read: number[] = []
  let last = '0'
  let isDone = false
  const reading = (async () => {
    for (
      let again = true;
      again;
      again = !isDone || last !== (await reader.query('select last_value from event_log.last_id')).rows[0].last_value
    ) {
      const { rows } = await reader.query<{ id: string; data: string }>('select id, data from event_log.event where id > $1 order by id', [
        last,
      ])
      read.push(...rows.map(({ data }) => (JSON.parse(data) as { n: number }).n))
      last = rows.at(-1)?.id ?? last
    }
  })()
  const write = async (writer: number): Promise<void> => {
    for (const n of range(30)) {
      const client = await pool.connect()
      await client.query('begin')
      await append(client, writer * 100 + n)
      if (Math.random() < 0.3) await sleep(Math.random() * 20)
      await client.query('commit')
      client.release()
    }
  }
  await Promise.all(range(6).map(write))
  isDone = true
  await reading
  assert.equal(read.length, 180)
  assert.equal(new Set(read).size, 180)
})

test('a transaction that somebody left open elsewhere in the database does not stop the log', async () => {
  await using stack = new AsyncDisposableStack()
  const { connect, events, seen, consume } = await openLog(stack)
  const idle = await connect()
  await idle.query('begin; create table public.left_open (n int)')
  await consume()
  await events.publish(
    numbers,
    range(10).map((n) => ({ n })),
  )
  await until('all of them', 10_000, async () => seen.length === 10)
  await idle.query('rollback')
})

test('the partitions of an instance that has died are taken over within seconds', async () => {
  await using stack = new AsyncDisposableStack()
  const { connect, events, seen, consume } = await openLog(stack)
  const dead = await connect()
  await dead.query(`insert into event_log.cursor select $1, 'reader', generate_series(0, 3), 0`, [numbers.name])
  await dead.query(`select * from event_log.renew('dead', array[$1], array['reader'], interval '5 seconds')`, [numbers.name])
  const begun = Date.now()
  await events.publish(
    numbers,
    range(40).map((n) => ({ n })),
  )
  await consume()
  await until('all of them', 20_000, async () => seen.length === 40)
  assert.ok(Date.now() - begun < 15_000)
})

test('days that are over are dropped whole, and what is kept stays', async () => {
  await using stack = new AsyncDisposableStack()
  const { connect } = await openLog(stack)
  const client = await connect()
  const day = (ago: number): number => (Math.floor(Date.now() / 86_400_000) - ago) * 86_400_000_000
  await client.query(`create table event_log.event_20200101 partition of event_log.event for values from (${day(9)}) to (${day(8)})`)
  await client.query(`insert into event_log.event values (${day(9) + 1}, 'old', 0, 1, gen_random_uuid(), '', 2, '{}')`)
  await append(client, 1)
  await client.query(`select event_log.maintain(interval '7 days')`)
  assert.deepEqual((await client.query('select topic from event_log.event')).rows, [{ topic: numbers.name }])
})
