import assert from 'node:assert/strict'
import { test } from 'node:test'
import { openDatabase } from '#platform/postgres/database.ts'
import { type SweepOptions, sweepRegularly } from '#platform/postgres/sweep.ts'
import { loadSubgraphs } from '../../start/subgraphs.ts'
import { copyDatabase, log } from '../boot.ts'
import { until } from '../member.ts'
import { serveSubgraph } from '../subgraph.ts'

const dayMs = 86_400_000
const ago = (days: number): Date => new Date(Date.now() - days * dayMs)

test('sessions and grants whose time is over go by themselves; those that count stay', async () => {
  for (const [name, keepDays] of [
    ['profile', 0],
    ['playback', 90],
  ] as const) {
    const expiries = [keepDays + 400, keepDays + 0.01, keepDays - 0.01, -30].map(ago)
    await using stack = new AsyncDisposableStack()
    const { database } = stack.use(await serveSubgraph(name))
    const { prisma } = database
    const rows = expiries.map((expiresAt, at) => ({ id: `s-${at}`, profileId: 'p-ada', expiresAt }))
    if (name === 'profile')
      await prisma.session.createMany({
        data: rows.map((row) => ({ ...row, accountId: 'a-demo', familyHash: row.id, refreshHash: row.id })),
      })
    else await prisma.playbackSession.createMany({ data: rows.map((row) => ({ ...row, titleId: 't-0001', deviceId: 'd', region: 'US' })) })
    stack.use(await restarted(name, database.pool))
    const left = async (): Promise<readonly string[]> =>
      (await database.pool.query<{ id: string }>(`select id from ${name}.session order by id`)).rows.map(({ id }) => id)
    await until(`${name} is swept`, 20_000, async () => (await left()).length === 2)
    assert.deepEqual(await left(), ['s-2', 's-3'], name)
  }
})

/** The sweeping that a start of this subgraph begins with. */
const restarted = async (name: string, pool: SweepOptions['pool']): Promise<AsyncDisposable> => {
  const { sweeps = [] } = (await loadSubgraphs()).find((each) => each.name === name) ?? {}
  return sweepRegularly({ pool, schema: name, sweeps, clock: () => new Date(), log })
}

test('every table of a subgraph whose rows run out is swept', async () => {
  await using stack = new AsyncDisposableStack()
  const { pool } = stack.use(openDatabase(stack.use(await copyDatabase()).url))
  const subgraphs = await loadSubgraphs()
  const { rows } = await pool.query<{ name: string }>(
    `select table_schema || '.' || table_name as name from information_schema.columns where column_name ~ 'expires' and table_schema = any($1)`,
    [subgraphs.map(({ name }) => name)],
  )
  const swept = subgraphs.flatMap(({ name, sweeps = [] }) => sweeps.map(({ table }) => `${name}.${table}`))
  assert.ok(rows.length >= 2)
  assert.deepEqual(rows.map(({ name }) => name).toSorted(), swept.toSorted())
})

test('many rows go in bounded batches, in rounds, and around rows that somebody holds', { timeout: 60_000 }, async () => {
  await using stack = new AsyncDisposableStack()
  const { pool, prisma } = stack.use(openDatabase(stack.use(await copyDatabase()).url))
  const data = Array.from({ length: 1_000 }, (_, at) => ({
    ...{ id: `s-${at}`, profileId: 'p', titleId: 't', deviceId: 'd', region: 'US' },
    expiresAt: ago(100 + at),
  }))
  await prisma.playbackSession.createMany({ data })
  await pool.query(`create table playback.statements (rows int)`)
  await pool.query(`create function playback.note() returns trigger language plpgsql as
    $$ begin insert into playback.statements select count(*) from gone; return null; end $$`)
  await pool.query(`create trigger note after delete on playback.session referencing old table as gone
    for each statement execute function playback.note()`)
  const holder = stack.adopt(await pool.connect(), (client) => client.release())
  await holder.query('begin')
  await holder.query(`select from playback.session where id = 's-999' for update`)
  const options: SweepOptions = {
    ...{ pool, schema: 'playback', clock: () => new Date(), log },
    sweeps: [{ table: 'session', expiry: 'expires_at', keepDays: 90 }],
    bounds: { rowsMax: 100, batchesMax: 4 },
  }
  const count = async (): Promise<number> => prisma.playbackSession.count()
  const oneRound = sweepRegularly({ ...options, everyMs: 3_600_000 })
  await until('a round is over', 20_000, async () => (await count()) === 600)
  await oneRound[Symbol.asyncDispose]()
  assert.equal(await count(), 600, 'a round removes no more than its bound')
  stack.use(sweepRegularly({ ...options, everyMs: 100 }))
  await until('later rounds remove the others', 20_000, async () => (await count()) === 1)
  await holder.query('commit')
  await until('and the one that was held', 20_000, async () => (await count()) === 0)
  const { rows } = await pool.query<{ rows: number }>('select max(rows) as rows from playback.statements')
  assert.equal(rows[0]?.rows, 100)
})
