import assert from 'node:assert/strict'
import { Writable } from 'node:stream'
import { test } from 'node:test'
import { createFolderStore } from '#platform/adapters/object-store.folder.ts'
import { resumePoints } from '#platform/contracts/topics/history.resumePoints.ts'
import { heartbeats } from '#platform/contracts/topics/playback.heartbeats.ts'
import { subscriptions } from '#platform/contracts/topics/profile.subscriptions.ts'
import { signals } from '#platform/contracts/topics/recs.signals.ts'
import { createLog } from '#platform/observe/log.ts'
import { newTrace, traceparentOf } from '#platform/observe/tracing.ts'
import { createNotify } from '../../workers/notify/server.ts'
import { createRecsWorker } from '../../workers/recs/server.ts'
import { temporaryFolder } from '../boot.ts'
import { until } from '../member.ts'
import { serveSubgraph, subgraphParts } from '../subgraph.ts'

const clock = () => new Date()
/** What several members cause at once, each in a trace of its own, by the member. */
const members = ['ada', 'bob', 'cleo', 'dan', 'eve']
const traces = new Map(members.map((member) => [member, newTrace()]))
const traceparents = [...traces.values()].map(traceparentOf)
const beats = members.map((profileId) => ({
  ...{ profileId, titleId: 't-0001', sessionId: `s-${profileId}`, device: 'tv', deviceId: 'd', state: 'playing' },
  ...{ at: new Date().toISOString(), positionMs: 60_000, durationMs: 600_000 },
}))
const traceIdOf = (traceparent: string): string => traceparent.split('-')[1] ?? ''
const own = Object.fromEntries([...traces].map(([member, { traceId }]) => [member, traceId]))

test('a resume point that moves belongs to the trace of the heartbeat that moved it, however many are handled at once', async () => {
  await using history = await serveSubgraph('history')
  const stop = new AbortController()
  const moved = await history.events.tail(resumePoints, stop.signal)
  const found: Record<string, string> = {}
  const reading = (async () => {
    for await (const { data, traceparent } of moved) {
      found[data.profileId] = traceIdOf(traceparent)
      if (Object.keys(found).length === members.length) break
    }
  })()
  await history.events.publish(heartbeats, beats as never, traceparents)
  await until('all have moved', 20_000, async () => Object.keys(found).length === members.length)
  stop.abort()
  await reading
  assert.deepEqual(found, own)
})

test('a signal for the recommendations belongs to the trace of what was watched', async () => {
  await using stack = new AsyncDisposableStack()
  const { engines } = await subgraphParts(stack)
  const events = await engines.open('events')
  await createRecsWorker(events, clock)
  const found: Record<string, string> = {}
  await events.consume({
    topic: signals,
    group: 'recs',
    handle: async (batch) => {
      for (const { data, traceparent } of batch) found[data.profileId] = traceIdOf(traceparent)
    },
  })
  await events.publish(heartbeats, beats as never, traceparents)
  await until('all signals are there', 30_000, async () => Object.keys(found).length === members.length)
  assert.deepEqual(found, own)
})

test('what is logged of one event of a batch carries its own trace', async () => {
  await using stack = new AsyncDisposableStack()
  const { engines } = await subgraphParts(stack)
  const mailbox = createFolderStore(stack.use(await temporaryFolder()).path)
  const found: Record<string, string> = {}
  const lines = new Writable({
    write: (line, _encoding, done) => {
      const { accountId, traceId } = JSON.parse(String(line)) as { accountId?: string; traceId?: string }
      if (accountId !== undefined) found[accountId] = traceId ?? 'none'
      done()
    },
  })
  const events = await engines.open('events')
  await createNotify({ events, mailbox, webUrl: 'http://films.example', log: createLog('notify', 'info', lines) })
  const startedAt = new Date().toISOString()
  const started = members.map((accountId) => ({ accountId, email: `${accountId}@example.org`, planName: 'Basic', startedAt }))
  await events.publish(subscriptions, started, traceparents)
  await until('all mails are sent', 20_000, async () => Object.keys(found).length === members.length)
  assert.deepEqual(found, own)
})
