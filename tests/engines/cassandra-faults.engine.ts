import assert from 'node:assert/strict'
import { test } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import { openCassandra } from '#platform/cassandra/open.ts'
import { cassandra } from '../../deploy/engines/cassandra.ts'
import { openCassandraHistory } from '../../subgraphs/history/cassandra/open.ts'
import type { Viewing } from '../../subgraphs/history/store.ts'
import { log } from '../boot.ts'
import { until } from '../member.ts'
import { ownServers } from './own-servers.ts'
import { whenUp } from './up.ts'

const profiles = 8
const patienceMs = 120_000

whenUp('cassandra', 'CASSANDRA_URL', () => {
  test('a node is killed, another stands still, both under load: reads and writes go on, and nothing acknowledged is lost', async (t) => {
    await using stack = new AsyncDisposableStack()
    const servers = stack.use(await ownServers(cassandra))
    const session = stack.use(await openCassandra({ CASSANDRA_URL: `${servers.env.CASSANDRA_URL}/faults` }, log))
    const store = stack.use(await openCassandraHistory({ session, clock: () => new Date(), log }))
    const acknowledged = new Map<string, string[]>()
    const latest = new Map<string, number>()
    const stop = new AbortController()
    const worst = { write: 0, read: 0 }
    let refused = 0
    const timed = async <T>(what: 'write' | 'read', work: Promise<T>): Promise<T> => {
      const since = performance.now()
      return work.finally(() => {
        worst[what] = Math.max(worst[what], performance.now() - since)
      })
    }
    const load = async (profile: number): Promise<void> => {
      const profileId = `p-${profile}`
      for (let n = 1; !stop.signal.aborted; n += 1) {
        const [at, sessionId] = [new Date(), `s-${n}`]
        const sitting = { profileId, titleId: 'film', positionMs: n, durationMs: 1_000_000 }
        try {
          const viewings = [{ ...sitting, sessionId, startedAt: at, lastAt: at }]
          await timed('write', store.put({ points: [{ ...sitting, at, deviceId: 'tv' }], viewings }))
          acknowledged.set(profileId, [...(acknowledged.get(profileId) ?? []), sessionId])
          latest.set(profileId, n)
          if (n % 10 === 0) await timed('read', store.resumePoints(profileId, ['film']))
        } catch {
          refused += 1
          await sleep(50)
        }
      }
    }
    const count = (): number => [...acknowledged.values()].reduce((sum, each) => sum + each.length, 0)
    const loading = Array.from({ length: profiles }, (_, profile) => load(profile))
    stack.defer(() => stop.abort())
    const goesOn = async (what: string): Promise<void> => {
      const before = count()
      const since = performance.now()
      await until(what, patienceMs, async () => count() > before + 200)
      t.diagnostic(`${what} after ${Math.round(performance.now() - since)} ms`)
    }
    await goesOn('load goes through')
    await servers.signal('cassandra-2', 'SIGKILL')
    await goesOn('load goes through without a node')
    await servers.restart()
    await goesOn('load goes through with it back')
    await servers.signal('cassandra-3', 'SIGSTOP')
    await goesOn('load goes through while one stands still')
    await servers.signal('cassandra-3', 'SIGCONT')
    await goesOn('load goes through again')
    stop.abort()
    await Promise.all(loading)
    let lost = 0
    for (const [profileId, sessionIds] of acknowledged) {
      const views: readonly Viewing[] = await store.viewings(profileId, null, 100_000)
      const found = new Set(views.map(({ sessionId }) => sessionId))
      assert.equal(found.size, views.length, 'each view once')
      lost += sessionIds.filter((id) => !found.has(id)).length
      const [point] = await store.resumePoints(profileId, ['film'])
      assert.ok((point?.positionMs ?? 0) >= (latest.get(profileId) ?? 0), 'the resume point is the last acknowledged one or later')
    }
    t.diagnostic(
      `acknowledged ${count()}, lost ${lost}, refused ${refused}, longest write ${Math.round(worst.write)} ms, longest read ${Math.round(worst.read)} ms`,
    )
    assert.equal(lost, 0)
  })
})
