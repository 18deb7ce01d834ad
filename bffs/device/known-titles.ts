import { LRUCache } from 'lru-cache'
import type { Caller } from '#platform/contracts/viewer.ts'
import { messageOf } from '#platform/errors/errors.ts'
import type { ExecuteGraphql } from '#platform/graphql/execute.ts'
import { askWith, dataOrThrow, operation } from '#platform/graphql/operation.ts'
import type { Log } from '#platform/observe/log.ts'
import { breaker } from '#platform/resilience/breaker.ts'
import { bulkhead } from '#platform/resilience/bulkhead.ts'
import { deadline } from '#platform/resilience/deadline.ts'
import { policy } from '#platform/resilience/policy.ts'
import type { KnownTitlesQuery, KnownTitlesQueryVariables } from './operations.generated.ts'

const knownTitles = operation<KnownTitlesQuery, KnownTitlesQueryVariables>('./operations/knownTitles.graphql', import.meta.url)

const titlesMax = 50_000
const keepMs = { known: 600_000, unknown: 30_000 }

/** Those of at most 100 ids that the catalogue knows, or that it cannot be asked about now. */
export type KnownTitles = (ids: readonly string[], caller: Caller) => Promise<ReadonlySet<string>>

/**
 * Remembers for some minutes which titles there are, so that a player costs one look at the catalogue and no more. NOTE: while
 * the catalogue does not answer every title counts as known: a report that was made must not be lost for that.
 */
export const createKnownTitles = (supergraph: ExecuteGraphql, log: Log): KnownTitles => {
  const cache = new LRUCache<string, { readonly isKnown: boolean }>({ max: titlesMax })
  const askCatalog = policy('catalog.known', deadline({ ms: 1_000 }), bulkhead({ concurrent: 30, queued: 200 }), breaker())
  const look = askCatalog(async (_signal, ids: readonly string[], caller: Caller) => {
    const { titles } = dataOrThrow(await askWith(supergraph, caller)(knownTitles, { ids: [...ids] }))
    const found = new Set(titles.flatMap((title) => title?.id ?? []))
    for (const id of ids) cache.set(id, { isKnown: found.has(id) }, { ttl: found.has(id) ? keepMs.known : keepMs.unknown })
  })
  return async (ids, caller) => {
    const missing = ids.filter((id) => !cache.has(id))
    if (missing.length > 0)
      await look(missing, caller).catch((error: unknown) => log.warn({ reason: messageOf(error) }, 'titles of heartbeats not checked'))
    return new Set(ids.filter((id) => cache.get(id)?.isKnown ?? true))
  }
}
