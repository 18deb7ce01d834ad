import assert from 'node:assert/strict'
import { after, before, beforeEach, test } from 'node:test'
import fc from 'fast-check'
import { endedStreams } from '#platform/contracts/topics/playback.endedStreams.ts'
import { streams } from '#platform/contracts/topics/playback.streams.ts'
import { until } from '../../tests/member.ts'
import { type ServedSubgraph, serveSubgraph } from '../../tests/subgraph.ts'
import type { PlayFactsQuery } from './operations.generated.ts'

let playback: ServedSubgraph
let streamsMax = 2
let accountId = ''

const facts = (): PlayFactsQuery => ({
  watching: {
    id: 'p-ada',
    maturityLimit: 18,
    account: { id: accountId, subscription: { active: true, plan: { streamsMax, heightMax: 720 } } },
  },
  title: { maturity: 12, available: true, media: { state: 'READY', prefix: 'streams/t/u', durationMs: 1_000 } },
})
before(async () => {
  playback = await serveSubgraph('playback', async () => ({ data: facts() as never }))
})
after(() => playback?.[Symbol.asyncDispose]())
beforeEach(() => {
  streamsMax = 2
  newAccount()
})
const newAccount = (): void => {
  accountId = `a-${crypto.randomUUID()}`
}

type Played = {
  readonly sessionId?: string
  readonly code?: string
  readonly playing?: readonly { readonly sessionId: string; readonly deviceId: string; readonly device: string }[]
}
const asked = `mutation Play($device: ID!, $stop: ID) { play(titleId: "t-0001", device: { id: $device, kind: TV }, stop: $stop) {
  ... on Playback { sessionId heightMax } ... on PlayRefusal { code playing { sessionId device deviceId since } } } }`
const play = async (device: string, stop: string | null = null): Promise<Played> => {
  const { data, errors } = await playback.ask(asked, { device, stop })
  assert.equal(errors, undefined)
  return data.play as unknown as Played
}
const grant = async (device: string, stop: string | null = null): Promise<string> => {
  const { sessionId, ...refusal } = await play(device, stop)
  assert.ok(sessionId !== undefined, JSON.stringify(refusal))
  return sessionId
}
const tell = (sessionId: string, state: 'playing' | 'ended' | 'stopped', account = accountId): Promise<void> =>
  playback.events.publish(streams, [{ accountId: account, sessionId, state }])

const held = async (account = accountId): Promise<readonly string[]> => {
  const { rows } = await playback.database.pool.query<{ holder: string }>(
    'select holder from leases.lease where starts_with(key, $1) and expires_at > clock_timestamp() order by key',
    [`stream/${account}/`],
  )
  return rows.map(({ holder }) => holder)
}
/** What a device that says nothing sees of the time: its place runs out. */
const goSilent = (sessionId: string): Promise<unknown> =>
  playback.database.pool.query("update leases.lease set expires_at = clock_timestamp() - interval '1 s' where holder = $1", [sessionId])
const isFree = (sessionId: string) => until('the place is free', 20_000, async () => !(await held()).includes(sessionId))

test('of any number of devices that press play at once so many play as the plan has, and each other is told which do', async () => {
  await fc.assert(
    fc.asyncProperty(fc.integer({ min: 1, max: 4 }), fc.integer({ min: 1, max: 12 }), async (plan, count) => {
      newAccount()
      streamsMax = plan
      const answers = await Promise.all(Array.from({ length: count }, (_, at) => play(`device-${at}`)))
      const granted = answers.flatMap(({ sessionId }) => sessionId ?? [])
      assert.equal(granted.length, Math.min(plan, count))
      assert.deepEqual((await held()).toSorted(), granted.toSorted())
      const refused = answers.filter(({ sessionId }) => sessionId === undefined)
      for (const { code } of refused) assert.equal(code, 'TOO_MANY_STREAMS')
      const late = await play('late')
      if (count < plan) return assert.ok(late.sessionId)
      assert.deepEqual(late.playing?.map(({ sessionId }) => sessionId).toSorted(), granted.toSorted())
    }),
    { numRuns: 12, endOnFailure: true },
  )
})

type Step = { readonly what: 'play' | 'stop' | 'silence' | 'beat' | 'take over'; readonly device: number; readonly other: number }
const step: fc.Arbitrary<Step> = fc.record({
  what: fc.constantFrom('play' as const, 'play' as const, 'stop' as const, 'silence' as const, 'beat' as const, 'take over' as const),
  device: fc.integer({ min: 0, max: 5 }),
  other: fc.integer({ min: 0, max: 5 }),
})

test('whatever devices do at the same time, no more play than the plan has, and a place that is given up can be taken', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.integer({ min: 1, max: 3 }),
      fc.array(fc.array(step, { minLength: 1, maxLength: 6 }), { maxLength: 4 }),
      async (plan, rounds) => {
        newAccount()
        streamsMax = plan
        const playing = new Map<number, string>()
        const all: string[] = []
        const act = async ({ what, device, other }: Step): Promise<void> => {
          const session = playing.get(device)
          if (what === 'stop' && session !== undefined) await tell(session, 'stopped')
          if (what === 'silence' && session !== undefined) await goSilent(session)
          if (what === 'beat' && session !== undefined) await tell(session, 'playing')
          if (what !== 'play' && what !== 'take over') return
          const { sessionId } = await play(`device-${device}`, what === 'play' ? null : (playing.get(other) ?? null))
          if (sessionId === undefined) return
          playing.set(device, sessionId)
          all.push(sessionId)
        }
        for (const round of rounds) {
          await Promise.all(round.map(act))
          assert.ok((await held()).length <= plan)
        }
        for (const session of all) await tell(session, 'stopped')
        await until('all places are free', 20_000, async () => (await held()).length === 0)
        await grant('another')
      },
    ),
    { numRuns: 10, endOnFailure: true },
  )
})

test('a film that is stopped, or comes to its end, frees its place at once; so does a device that goes silent', async () => {
  const [first, second] = [await grant('tv'), await grant('phone')]
  assert.equal((await play('web')).code, 'TOO_MANY_STREAMS')
  await tell(first, 'stopped')
  await isFree(first)
  const third = await grant('web')
  await tell(second, 'ended')
  await isFree(second)
  await grant('phone-2')
  assert.equal((await play('tv')).code, 'TOO_MANY_STREAMS')
  await goSilent(third)
  await grant('tv')
})

test('stop there, play here: the other device is told, its place is taken, and it gets it back by no heartbeat', async () => {
  const stop = new AbortController()
  const told = (await playback.events.tail(endedStreams, stop.signal))[Symbol.asyncIterator]()
  const isTold = async (): Promise<unknown> => (await told.next()).value?.data.sessionId
  const [tv] = [await grant('tv'), await grant('phone')]
  const refusal = await play('web')
  assert.deepEqual(
    refusal.playing?.map(({ deviceId, device }) => [deviceId, device]),
    [
      ['phone', 'TV'],
      ['tv', 'TV'],
    ],
    'what began last comes first',
  )
  const web = await grant('web', tv)
  assert.ok(!(await held()).includes(tv))
  assert.equal(await isTold(), tv)
  await goSilent(web)
  await tell(tv, 'playing')
  assert.equal(await isTold(), tv, 'a player that goes on is told again')
  assert.ok(!(await held()).includes(tv))
  stop.abort()
})

test('a film that was paused for long goes on when there is a place, and is stopped when there is none', async () => {
  const stop = new AbortController()
  const told = await playback.events.tail(endedStreams, stop.signal)
  const tv = await grant('tv')
  await goSilent(tv)
  await tell(tv, 'playing')
  await until('it has a place again', 20_000, async () => (await held()).includes(tv))
  await goSilent(tv)
  const others = [await grant('phone'), await grant('web')]
  await tell(tv, 'playing')
  for await (const { data } of told) {
    assert.equal(data.sessionId, tv)
    break
  }
  assert.deepEqual((await held()).toSorted(), others.toSorted())
  stop.abort()
})

test('a device plays one film: the next one on it takes the place of the one before; nameless devices are not one device', async () => {
  streamsMax = 1
  const [first, second] = [await grant('tv'), await grant('tv')]
  assert.deepEqual(await held(), [second])
  assert.notEqual(first, second)
  assert.equal((await play('unknown')).code, 'TOO_MANY_STREAMS')
  await tell(second, 'stopped')
  await isFree(second)
  await grant('unknown')
  assert.equal((await play('unknown')).code, 'TOO_MANY_STREAMS')
})

test('nobody renews, frees or stops a stream of another account, whatever session they name', async () => {
  const victim = accountId
  const session = await grant('tv')
  newAccount()
  const own = await grant('own', session)
  for (const state of ['stopped', 'ended', 'playing'] as const) await tell(session, state)
  await tell(own, 'stopped')
  await isFree(own)
  assert.deepEqual(await held(victim), [session])
  for (const id of ['%', '', 'stream/x', 'a/0']) assert.deepEqual(await held(id), [])
})

test('after a change to a smaller plan no more begin than it has, also while streams of the larger one go on', async () => {
  streamsMax = 4
  const before = await Promise.all(['a', 'b', 'c', 'd'].map((device) => grant(device)))
  streamsMax = 1
  assert.equal((await play('e')).code, 'TOO_MANY_STREAMS')
  const [, second = ''] = before
  await tell(second, 'stopped')
  await isFree(second)
  assert.equal((await play('e')).code, 'TOO_MANY_STREAMS')
})
