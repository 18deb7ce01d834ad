import { openCassandra } from '#platform/cassandra/open.ts'
import { cassandra } from '../../../deploy/engines/cassandra.ts'
import { rollUp } from '../../../subgraphs/history/cassandra/roll-up.ts'
import { ensureTables } from '../../../subgraphs/history/cassandra/schema.ts'
import { beginState } from '../../../subgraphs/history/cassandra/state.ts'
import { cassandraHistory } from '../../../subgraphs/history/store.cassandra.ts'
import type { ViewingPlace } from '../../../subgraphs/history/store.ts'
import { log } from '../../boot.ts'
import { missingFrom } from '../../load.ts'
import { until } from '../../member.ts'
import { killed, ownServers, stoodStill } from '../own-servers.ts'
import type { Rig } from './rig.ts'

const dayMs = 86_400_000
const pageSize = 500

/** Sittings of six profiles, of which the older ones are compressed meanwhile, on one node or three. */
export const cassandraRig = async (nodes: 1 | 3): Promise<Rig> => {
  await using stack = new AsyncDisposableStack()
  const servers = stack.use(await ownServers(cassandra, nodes))
  const session = stack.use(await openCassandra({ CASSANDRA_URL: `${servers.env.CASSANDRA_URL}/faults?replication=${nodes}` }, log))
  const tables = await ensureTables(session)
  // NOTE: long ago, so that what is compressed can be old; it only grows.
  let now = Date.UTC(1980, 0, 1)
  const clock = (): Date => new Date(now)
  await beginState(session, tables, clock())
  const store = cassandraHistory({ session, tables, clock })
  const acknowledged = new Set<string>()
  let compressed = 0
  const write = async (caller: number, n: number): Promise<void> => {
    now += dayMs / 20
    const [profileId, sessionId] = [`p-${caller}`, `s-${String(n).padStart(6, '0')}`]
    const [startedAt, lastAt] = [new Date(now), new Date(now + 1_000)]
    const sitting = { profileId, sessionId, titleId: `t-${n % 9}`, startedAt, lastAt, positionMs: n, durationMs: 100_000 }
    await store.put({ points: [], viewings: [sitting] })
    acknowledged.add(`${profileId} ${sessionId}`)
    if (caller === 0 && n % 40 === 39) compressed += await rollUp({ session, tables, clock }).catch(() => 0)
  }
  const read = async (profileId: string): Promise<readonly string[]> => {
    const found: string[] = []
    for (let place: ViewingPlace | null = null; ; ) {
      const page: readonly (ViewingPlace & { readonly sessionId: string })[] = await store.viewings(profileId, place, pageSize)
      found.push(...page.map(({ sessionId }) => `${profileId} ${sessionId}`))
      place = page.at(-1) ?? null
      if (page.length < pageSize || place === null) return found
    }
  }
  const callers = 6
  const owned = stack.move()
  return {
    engine: nodes === 1 ? 'Cassandra, one node' : 'Cassandra, three nodes',
    callers,
    write,
    faults: [
      killed(servers, `cassandra-${nodes}`, { isOutage: nodes === 1 }),
      stoodStill(servers, `cassandra-${Math.min(nodes, 2)}`, { isOutage: nodes === 1 }),
    ],
    outcome: async () => {
      await until('older views are compressed', 60_000, () =>
        rollUp({ session, tables, clock }).then(
          () => true,
          () => undefined,
        ),
      )
      log.info({ compressed }, 'profiles compressed')
      const found = (await Promise.all(Array.from({ length: callers }, (_, at) => read(`p-${at}`)))).flat()
      const distinct = new Set(found)
      return { lost: missingFrom(distinct, acknowledged), twice: found.length - distinct.size, again: 0, fallback: null }
    },
    [Symbol.asyncDispose]: () => owned.disposeAsync(),
  }
}
