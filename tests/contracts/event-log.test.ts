import assert from 'node:assert/strict'
import { test } from 'node:test'
import { createPostgresEventLog } from '#platform/adapters/event-log.postgres.ts'
import type { EventOf } from '#platform/contracts/events.ts'
import { currentTrace, newTrace, withTrace } from '#platform/observe/tracing.ts'
import type { EventLog } from '#platform/ports/event-log.ts'
import { copyDatabase, log } from '../boot.ts'
import { until } from '../member.ts'

const adapters: Readonly<Record<string, (url: string) => Promise<EventLog>>> = { postgres: (url) => createPostgresEventLog(url, log) }

const beat = (positionMs: number): EventOf<'playback.heartbeats'> => ({
  profileId: 'p',
  titleId: 't',
  sessionId: 's',
  deviceId: 'd',
  device: 'tv',
  state: 'playing',
  positionMs,
  durationMs: 1_000,
  at: new Date().toISOString(),
})

for (const [name, create] of Object.entries(adapters)) {
  const run = (promise: string, check: (open: () => Promise<EventLog>, stack: AsyncDisposableStack) => Promise<void>) =>
    test(`event log, ${name}: ${promise}`, async () => {
      await using stack = new AsyncDisposableStack()
      const { url } = stack.use(await copyDatabase())
      await check(async () => stack.use(await create(url)), stack)
    })

  run('every group sees every event', async (open) => {
    const events = await open()
    const seen: Record<string, number[]> = { history: [], telemetry: [] }
    for (const group of ['history', 'telemetry'] as const) {
      await events.subscribe({
        topic: 'playback.heartbeats',
        group,
        handle: async (batch) => void seen[group]?.push(...batch.map(({ data }) => data.positionMs)),
      })
    }
    await events.publish('playback.heartbeats', [beat(1), beat(2), beat(3)])
    for (const group of ['history', 'telemetry']) await until(group, 10_000, async () => seen[group]?.length === 3)
    assert.deepEqual(seen.history?.toSorted(), [1, 2, 3])
  })

  run('what was published before anybody listened is kept', async (open) => {
    const first = await open()
    await first.publish('playback.heartbeats', [beat(7)])
    await first[Symbol.asyncDispose]()
    const second = await open()
    const seen: number[] = []
    await second.subscribe({
      topic: 'playback.heartbeats',
      group: 'history',
      handle: async (batch) => void seen.push(...batch.map(({ data }) => data.positionMs)),
    })
    await until('the event', 10_000, async () => seen.includes(7))
  })

  run('a handler that throws sees the events again', async (open) => {
    const events = await open()
    let tries = 0
    const handle = async (): Promise<void> => {
      tries += 1
      if (tries === 1) throw new Error('not yet')
    }
    await events.subscribe({ topic: 'playback.heartbeats', group: 'history', handle })
    await events.publish('playback.heartbeats', [beat(1)])
    await until('the second try', 15_000, async () => tries >= 2)
  })

  run('of two readers in a group one gets an event', async (open) => {
    const seen: number[] = []
    for (const events of [await open(), await open()]) {
      await events.subscribe({
        topic: 'playback.heartbeats',
        group: 'history',
        batchMax: 5,
        handle: async (batch) => void seen.push(...batch.map(({ data }) => data.positionMs)),
      })
    }
    const all = Array.from({ length: 60 }, (_, at) => at)
    await (await open()).publish('playback.heartbeats', all.map(beat))
    await until('all of them', 15_000, async () => seen.length >= all.length)
    assert.deepEqual(
      seen.toSorted((a, b) => a - b),
      all,
    )
  })

  run('an event carries the trace of the one that published it', async (open) => {
    const events = await open()
    const trace = newTrace()
    let seen: string | undefined
    await events.subscribe({
      topic: 'recs.signals',
      group: 'recs',
      handle: async () => {
        seen = currentTrace()?.traceId
      },
    })
    await withTrace(trace, () => events.publish('recs.signals', [{ profileId: 'p', titleId: 't', share: 1, at: new Date().toISOString() }]))
    await until('the event', 10_000, async () => seen !== undefined)
    assert.equal(seen, trace.traceId)
  })

  run('everybody who follows a topic hears all that is told from then on, and nothing else', async (open) => {
    const teller = await open()
    await teller.publish('history.resumePoints', [{ profileId: 'p', titleId: 'before' }])
    const heard: string[][] = [[], []]
    const stop = new AbortController()
    const following = heard.map(async (titles) => {
      const events = await open()
      const told = await events.tail('history.resumePoints', stop.signal)
      return { done: Array.fromAsync(told, ({ data }) => void titles.push(data.titleId)) }
    })
    const streams = await Promise.all(following)
    await teller.publish('history.resumePoints', [{ profileId: 'p', titleId: 'a' }])
    await teller.publish('catalog.uploads', [{ uploadId: 'u' }])
    await teller.publish('history.resumePoints', [{ profileId: 'p', titleId: 'b' }])
    await until('both events', 10_000, async () => heard.every((titles) => titles.length >= 2))
    stop.abort()
    await Promise.all(streams.map(({ done }) => done))
    assert.deepEqual(heard, [
      ['a', 'b'],
      ['a', 'b'],
    ])
  })

  run('an event of another shape is refused, and none of its batch is told', async (open) => {
    const events = await open()
    await assert.rejects(events.publish('playback.heartbeats', [beat(1), { ...beat(2), positionMs: -5 }]), { code: 'INPUT_INVALID' })
  })
}
