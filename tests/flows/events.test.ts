import assert from 'node:assert/strict'
import { execFile } from 'node:child_process'
import { join } from 'node:path'
import { after, before, test } from 'node:test'
import { createPostgresEventLog } from '#platform/adapters/event-log.postgres.ts'
import { subscriptions } from '#platform/contracts/topics/profile.subscriptions.ts'
import { signals } from '#platform/contracts/topics/recs.signals.ts'
import { type Engines, openEngines } from '#platform/engines/engines.ts'
import { registry } from '#platform/observe/metrics.ts'
import { outboxEvent } from '#platform/postgres/outbox.ts'
import { relayOutbox } from '#platform/postgres/relay.ts'
import { readConfig } from '#platform/settings/config.ts'
import { onEvents } from '../../start/events.ts'
import { copyDatabase, log } from '../boot.ts'
import { until } from '../member.ts'

const stack = new AsyncDisposableStack()
const taken: string[] = []
const mailed: string[] = []
const state = { isBroken: true, isSlow: false }
let url = ''
let engines: Engines

type Row = Readonly<Record<string, unknown>>
const rows = async (...words: readonly string[]): Promise<readonly Row[]> => {
  const said = await onEvents(engines, words)
  assert.ok(typeof said !== 'string', String(said))
  return said as readonly Row[]
}
const run = (...words: readonly string[]) => onEvents(engines, words)
const signal = (titleId: string) => ({ profileId: 'p', titleId, share: 0.5, at: new Date(0).toISOString() })
const waitMs = 60_000

before(async () => {
  url = stack.use(await copyDatabase()).url
  engines = stack.use(openEngines({ ...readConfig([], {}), databaseUrl: url }, log))
  const events = stack.use(await createPostgresEventLog(url, log))
  await events.consume({
    topic: signals,
    group: 'recs',
    handle: async (batch) => {
      if (state.isSlow) throw Object.assign(new Error('away'), { code: 'ECONNREFUSED' })
      for (const { data } of batch) {
        if (state.isBroken && data.titleId === 'bad') throw new TypeError('a title that cannot be taken')
        taken.push(data.titleId)
      }
    },
  })
  await events.consume({
    topic: subscriptions,
    group: 'notify',
    handle: async (batch) => void mailed.push(...batch.map(({ data }) => `${data.accountId} ${data.planName}`)),
  })
  const database = await engines.open('database')
  const jobs = { enqueue: () => Promise.reject(new Error('not asked')) }
  stack.use(relayOutbox({ database, schema: 'profile', events, jobs, log }))
  await events.publish(signals, [signal('good'), signal('bad'), signal('better')])
})
after(() => stack.disposeAsync())

test('an operator sees an event that a group cannot take, and delivers it again once the group is mended', async () => {
  const [letter] = await until('a dead letter', waitMs, async () => {
    const found = await rows('dead')
    return found.length > 0 && found
  })
  assert.equal(letter?.topic, signals.name)
  assert.match(String(letter?.reason), /cannot be taken/)
  assert.match(String(letter?.data), /"bad"/)
  await until('the others', waitMs, async () => taken.includes('better'))
  state.isBroken = false
  assert.equal(await run('dead-again', String(letter?.id)), '1 will be delivered once more.')
  await until('the dead letter', waitMs, async () => taken.includes('bad'))
  await until('no dead letter is left', waitMs, async () => (await rows('dead')).length === 0)
})

test('an operator lets a group consume again, and nobody lets a group consume that a topic does not have', async () => {
  const before = taken.length
  assert.equal(await run('replay', signals.name, 'recs'), `recs consumes ${signals.name} again.`)
  await until('all of it again', waitMs, async () => taken.length >= before + 3)
  for (const words of [
    ['replay', 'no.such', 'recs'],
    ['replay', signals.name, 'nobody'],
    ['replay', signals.name, 'constructor'],
  ])
    await assert.rejects(run(...words), { code: 'NOT_FOUND' }, words.join(' '))
  await assert.rejects(run('replay', signals.name, 'recs', 'yesterday'), { code: 'INPUT_INVALID' })
})

test('how far a group is behind is shown by lag and in the figures for operators', async () => {
  state.isSlow = true
  const events = await engines.open('events')
  await events.publish(signals, [signal('one'), signal('two')])
  const lag = (await rows('lag')).find(({ topic, group }) => topic === signals.name && group === 'recs')
  assert.ok(Number(lag?.events) >= 2 && Number(lag?.ageMs) >= 0, JSON.stringify(lag))
  const figures = await registry.metrics()
  assert.match(figures, /cinegraph_events_lag\{topic="recs.signals",group="recs"\} [2-9]/)
  assert.match(figures, /cinegraph_events_lag_seconds\{topic="recs.signals",group="recs"\} [\d.e-]+/)
  state.isSlow = false
  await until('both', waitMs, async () => taken.includes('two'))
  await until('no lag', waitMs, async () => /cinegraph_events_lag\{topic="recs.signals",group="recs"\} 0\n/.test(await registry.metrics()))
})

test('an operator sees a row that an outbox cannot publish, publishes it once it is right, or removes it', async () => {
  const { prisma } = await engines.open('database')
  const right = outboxEvent(subscriptions, { accountId: 'a', email: 'a@b.cd', planName: '1', startedAt: new Date(0).toISOString() })
  await prisma.profileOutbox.create({ data: { ...right, event: { ...right.event, email: 'x@y..z' } } })
  await prisma.profileOutbox.create({ data: { ...right, key: 'b', event: { accountId: 'b' } } })
  const aside = await until('two rows set aside', waitMs, async () => {
    const found = await rows('outbox')
    return found.length === 2 && found
  })
  const [first = '', second = ''] = aside.map(({ id }) => String(id))
  await prisma.profileOutbox.update({ where: { id: BigInt(first) }, data: { event: right.event } })
  await run('outbox-again', 'profile', first)
  await until('the row that is right by now', waitMs, async () => mailed.includes('a 1'))
  await run('outbox-discard', 'profile', second)
  assert.deepEqual(await rows('outbox'), [])
  for (const command of ['outbox-again', 'outbox-discard']) {
    await assert.rejects(run(command, 'profile', second), { code: 'NOT_FOUND' })
    await assert.rejects(run(command, 'no_such"; schema', '1'), { code: 'NOT_FOUND' })
    await assert.rejects(run(command, 'profile', 'one'), { code: 'INPUT_INVALID' })
  }
  await assert.rejects(run('dead-again', '1; drop'), { code: 'INPUT_INVALID' })
})

type Ended = { readonly code: number | string; readonly stdout: string; readonly stderr: string }
const command = (...words: readonly string[]): Promise<Ended> =>
  new Promise((resolve) => {
    const file = join(import.meta.dirname, '../../start/events.main.ts')
    const options = { env: { ...process.env, DATABASE_URL: url } }
    execFile(process.execPath, [file, ...words], options, (error, stdout, stderr) => resolve({ code: error?.code ?? 0, stdout, stderr }))
  })

test('npm run events shows tables, says how it is used, and ends with 1 and a sentence for what cannot be done', async () => {
  const [lag, wrong, nothing] = await Promise.all([command('lag'), command('replay', 'no.such', 'recs'), command()])
  assert.match(lag.stdout, /recs\.signals.*recs/)
  assert.equal(wrong.code, 1)
  assert.match(wrong.stderr, /no\.such/)
  assert.match(nothing.stdout, /outbox-discard/)
})
