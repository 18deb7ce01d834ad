import assert from 'node:assert/strict'
import { randomUUID } from 'node:crypto'
import { after, before, test } from 'node:test'
import fc from 'fast-check'
import { openCassandra } from '#platform/cassandra/open.ts'
import type { CassandraSession } from '#platform/cassandra/session.ts'
import { bucketOf } from '../../subgraphs/history/cassandra/live.ts'
import { openCassandraHistory } from '../../subgraphs/history/cassandra/open.ts'
import { rollUp } from '../../subgraphs/history/cassandra/roll-up.ts'
import { ensureTables, type Tables } from '../../subgraphs/history/cassandra/schema.ts'
import { beginState } from '../../subgraphs/history/cassandra/state.ts'
import { mergeBy, widen } from '../../subgraphs/history/last-write.ts'
import { cassandraHistory } from '../../subgraphs/history/store.cassandra.ts'
import type { HistoryStore, Viewing, ViewingPlace } from '../../subgraphs/history/store.ts'
import { log } from '../boot.ts'
import { historyStoreSuite } from '../contracts/history-store.suite.ts'
import { ownSettings, whenUp } from './up.ts'

const dayMs = 86_400_000
const clock = (): Date => new Date(now)
/** NOTE: long ago, because what is written after a row was deleted, by the instants of its reports, would not be deleted. It only grows. */
let now = Date.UTC(1980, 0, 1)

/** Ends a session after so many writes, as a process that is killed would; reads go on, for the test. */
const dyingAfter = (session: CassandraSession, writes: number): CassandraSession => {
  let left = writes
  const spend = async <T>(work: () => Promise<T>): Promise<T> => {
    if (left === 0) throw new Error('killed')
    left -= 1
    return work()
  }
  return {
    ...session,
    write: (statements) => spend(() => session.write(statements)),
    writeIf: (each) => spend(() => session.writeIf(each)),
  }
}

const viewing = (profileId: string, n: number, at: number): Viewing => ({
  profileId,
  sessionId: `s-${String(n).padStart(5, '0')}`,
  titleId: `t-${n % 50}`,
  startedAt: new Date(at),
  lastAt: new Date(at + 1_000),
  positionMs: n,
  durationMs: 100_000,
})

const all = async (store: HistoryStore, profileId: string, size: number): Promise<readonly Viewing[]> => {
  const found: Viewing[] = []
  for (let place: ViewingPlace | null = null; ; ) {
    const page: readonly Viewing[] = await store.viewings(profileId, place, size)
    found.push(...page)
    place = page.at(-1) ?? null
    if (page.length < size || place === null) return found
  }
}
const inOrder = (views: readonly Viewing[]): readonly Viewing[] =>
  views.toSorted((a, b) => b.lastAt.getTime() - a.lastAt.getTime() || (a.sessionId < b.sessionId ? 1 : -1))

whenUp('cassandra', 'CASSANDRA_URL', () => {
  let session: CassandraSession
  let tables: Tables
  before(async () => {
    session = await openCassandra(ownSettings(), log)
    tables = await ensureTables(session)
    await beginState(session, tables, clock())
  })
  after(async () => {
    await session.define(`drop keyspace if exists ${session.keyspace}`)
    await session[Symbol.asyncDispose]()
  })
  const store = (on = session): HistoryStore => cassandraHistory({ session: on, tables, clock })
  const compress = (on = session): Promise<number> => rollUp({ session: on, tables, clock })

  historyStoreSuite('Cassandra', async (stack) => {
    const own = stack.use(await openCassandra(ownSettings(), log))
    stack.defer(() => own.define(`drop keyspace if exists ${own.keyspace}`))
    return stack.use(await openCassandraHistory({ session: own, clock: () => new Date(), log }))
  })

  test('every view is there once whichever step a roll-up ends at, and after the next one', async () => {
    const profileId = `p-${randomUUID()}`
    const kept = store()
    const expected: Viewing[] = []
    const put = async (count: number): Promise<void> => {
      const from = expected.length
      const views = Array.from({ length: count }, (_, n) => viewing(profileId, from + n, now + n * 1_000))
      expected.push(...views)
      await kept.put({ points: [], viewings: views })
    }
    await put(30)
    let writes = 0
    for (let isDone = false; !isDone; writes += 1) {
      now += 12 * dayMs
      await put(3)
      now += 12 * dayMs
      isDone = await compress(dyingAfter(session, writes)).then(
        () => true,
        (error: Error) => assert.equal(error.message, 'killed') ?? false,
      )
      assert.deepEqual(await all(kept, profileId, 7), inOrder(expected), `after ${writes} writes`)
    }
    assert.ok(writes > 5, `${writes} steps`)
    now += 12 * dayMs
    await compress()
    assert.deepEqual(await all(kept, profileId, 7), inOrder(expected))
  })

  test('sittings that go on for months, late reports and repeats are one sitting each, live or compressed', async () => {
    const report = fc.record({ n: fc.nat(6), afterDays: fc.nat(40), lateDays: fc.nat(30), rollsUp: fc.boolean() })
    await fc.assert(
      fc.asyncProperty(fc.array(report, { minLength: 1, maxLength: 12 }), async (reports) => {
        const profileId = `p-${randomUUID()}`
        let [one, other] = [store(), store()]
        const put: Viewing[] = []
        for (const { n, afterDays, lateDays, rollsUp } of reports) {
          now += afterDays * dayMs
          const view = { ...viewing(profileId, n, now - lateDays * dayMs), positionMs: put.length }
          put.push(view)
          await one.put({ points: [], viewings: [view] })
          await other.put({ points: [], viewings: [view] })
          ;[one, other] = [other, store()]
          // NOTE: two at once may get in each other's way; neither may do harm.
          if (rollsUp) await Promise.allSettled([1, 2].map(() => compress()))
        }
        const wanted = inOrder(mergeBy(put, ({ sessionId }) => sessionId, widen))
        assert.deepEqual(await all(store(), profileId, 2), wanted)
      }),
      { numRuns: 15 },
    )
  })

  test('a long history is split by size, and what is read of it does not grow with it', async () => {
    const profileId = `p-${randomUUID()}`
    const from = now
    const kept = store()
    const views = Array.from({ length: 2_600 }, (_, n) => viewing(profileId, n, now + n * 1_000))
    for (let at = 0; at < views.length; at += 650) {
      await kept.put({ points: [], viewings: views.slice(at, at + 650) })
      now += 11 * dayMs
      await compress()
    }
    now += 11 * dayMs
    await compress()
    let chunks = 0
    const counting: CassandraSession = {
      ...session,
      read: (statement, options) => {
        if (statement.query.includes(tables.chunk)) chunks += 1
        return session.read(statement, options)
      },
    }
    const [newest] = await store(counting).viewings(profileId, null, 20)
    assert.equal(newest?.sessionId, views.at(-1)?.sessionId)
    assert.ok(chunks <= 2, `${chunks} chunks read`)
    assert.deepEqual(await all(kept, profileId, 100), inOrder(views))
    const live = await Array.fromAsync(
      session.read({
        query: `select session_id from ${tables.live} where profile_id = ? and bucket = ?`,
        params: [profileId, bucketOf(from)],
      }),
    )
    assert.deepEqual(live, [])
  })

  test('what is removed stays away: also from a roll-up that is under way, and for reports that come late', async () => {
    const profileId = `p-${randomUUID()}`
    const kept = store()
    const point = { profileId, titleId: 'a', positionMs: 1, durationMs: 2, at: new Date(now), deviceId: 'tv' }
    await kept.put({ points: [point], viewings: [viewing(profileId, 1, now)] })
    now += 12 * dayMs
    await assert.rejects(compress(dyingAfter(session, 2)), /killed/)
    await kept.remove([profileId])
    await kept.put({ points: [point], viewings: [viewing(profileId, 1, now)] })
    now += 12 * dayMs
    await compress()
    assert.deepEqual(
      [await all(kept, profileId, 5), await kept.unfinished(profileId, 5), await kept.resumePoints(profileId, ['a'])],
      [[], [], []],
    )
  })
})
