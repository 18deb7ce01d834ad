import type { CassandraSession, Statement } from '#platform/cassandra/session.ts'
import { CinegraphError, messageOf } from '#platform/errors/errors.ts'
import { type ChunkInfo, comparePlaces, newestFirst, type Place, placeOfViewing } from './cassandra/chunks.ts'
import { readChunks, readIndex } from './cassandra/index-row.ts'
import { bucketOf, LiveWriter, liveViews, viewingKey } from './cassandra/live.ts'
import { pointsOf, putPoint, unfinishedPoints } from './cassandra/points.ts'
import { removeProfile } from './cassandra/remove.ts'
import type { Tables } from './cassandra/schema.ts'
import { mayHold, sessionHash } from './cassandra/session-filter.ts'
import { openBuckets } from './cassandra/state.ts'
import { later, mergeBy, sittingKey, widen } from './last-write.ts'
import type { HistoryStore, Viewing, ViewingPlace, Watched } from './store.ts'

export type CassandraHistoryDeps = { readonly session: CassandraSession; readonly tables: Tables; readonly clock: () => Date }

/** Viewing history in Cassandra: recent sittings as rows, older ones compressed; docs/decisions/0008-history-on-cassandra.md. */
export const cassandraHistory = (deps: CassandraHistoryDeps): HistoryStore => {
  const { session, tables, clock } = deps
  const writer = new LiveWriter(tables)
  const buckets = openBuckets(session, tables, clock)
  return {
    put: (watched) => orUnavailable(put(deps, writer, watched)),
    unfinished: (profileId, limit) => orUnavailable(unfinishedPoints(session, tables, [profileId, limit])),
    resumePoints: (profileId, titleIds) => orUnavailable(pointsOf(session, tables, [profileId, titleIds])),
    viewings: (profileId, after, limit) => orUnavailable(viewings({ ...deps, buckets }, { profileId, after, limit })),
    remove: (profileIds) =>
      orUnavailable(Promise.all(profileIds.map((profileId) => removeProfile({ ...deps, buckets }, profileId))).then(() => undefined)),
  }
}

const orUnavailable = async <T>(work: Promise<T>): Promise<T> => {
  try {
    return await work
  } catch (error) {
    throw new CinegraphError('HISTORY_UNAVAILABLE', { why: messageOf(error) }, error)
  }
}

/** What one profile watched goes to its replicas together: of both tables of points as one mutation. */
const put = async ({ session, tables, clock }: CassandraHistoryDeps, writer: LiveWriter, watched: Watched): Promise<void> => {
  const bucket = bucketOf(clock().getTime())
  const statements = new Map<string, Statement[]>()
  const add = (profileId: string, added: readonly Statement[]): void => {
    const known = statements.get(profileId)
    if (known === undefined) statements.set(profileId, [...added])
    else known.push(...added)
  }
  const points = mergeBy(watched.points, ({ profileId, titleId }) => `${profileId} ${titleId}`, later)
  for (const point of points) add(point.profileId, putPoint(tables, point))
  const written: (() => void)[] = []
  for (const viewing of mergeBy(watched.viewings, viewingKey, widen)) {
    const fragment = writer.put(viewing, bucket)
    add(viewing.profileId, [fragment.statement])
    written.push(fragment.written)
  }
  await Promise.all([...statements.values()].map((each) => session.write(each)))
  for (const done of written) done()
}

type ReadDeps = CassandraHistoryDeps & { readonly buckets: () => Promise<readonly number[]> }
type Page = { readonly profileId: string; readonly after: ViewingPlace | null; readonly limit: number }
const triesMax = 5

/**
 * NOTE: live before compressed. A roll-up names a view in the index before it drops the row, so whoever misses the row finds the
 * view in an index that is read later.
 */
const viewings = async (deps: ReadDeps, page: Page): Promise<readonly Viewing[]> => {
  const { session, tables, buckets } = deps
  const { profileId } = page
  for (let tries = 1; ; tries += 1) {
    const live = await liveViews(session, tables, { profileId, buckets: await buckets() })
    const index = await readIndex(session, tables, { profileId })
    if (index?.isRemoved) return []
    const found = await pageOf(deps, { ...page, live, chunks: index?.chunks ?? [] })
    if (found !== undefined) return found
    if (tries === triesMax) throw new Error('the history was compressed anew while it was read')
  }
}

type Parts = Page & { readonly live: readonly Viewing[]; readonly chunks: readonly ChunkInfo[] }

/** A page of what is live and what is compressed; undefined when a chunk is no longer there, because the index has changed. */
const pageOf = async (
  { session, tables }: ReadDeps,
  { profileId, after, limit, live, chunks }: Parts,
): Promise<readonly Viewing[] | undefined> => {
  const isBehind = (place: Place): boolean => after === null || comparePlaces(placeOfViewing(after), place) < 0
  const hashes = live.map(({ sessionId }) => sessionHash(sessionId))
  const split = chunks.filter(({ filter }) => hashes.some(mayHold(filter)))
  const behind = chunks.filter(({ oldest }) => isBehind(oldest))
  const held = new Map<ChunkInfo, readonly Viewing[]>()
  for (let views = limit; ; views *= 2) {
    const missing = [...new Set([...split, ...enough(behind, views)])].filter((chunk) => !held.has(chunk))
    const read = await readChunks(session, tables, { profileId, chunks: missing })
    if (read === undefined) return undefined
    for (const [at, chunk] of missing.entries()) held.set(chunk, read[at] ?? [])
    // NOTE: beyond the first chunk that was not read, what is known is not complete.
    const next = behind.find((chunk) => !held.has(chunk))
    const isComplete = (place: Place): boolean => next === undefined || comparePlaces(place, next.newest) < 0
    const all = mergeBy([...live, ...[...held.values()].flat()], sittingKey, widen)
    const found = all.filter((view) => isBehind(placeOfViewing(view)) && isComplete(placeOfViewing(view))).toSorted(newestFirst)
    if (found.length >= limit || next === undefined) return found.slice(0, limit)
  }
}

/** The first chunks that hold so many views beside the first, which may lie partly before the page. */
const enough = (chunks: readonly ChunkInfo[], limit: number): readonly ChunkInfo[] => {
  let views = 0
  return chunks.filter((chunk, at) => {
    const isWanted = at === 0 || views < limit
    if (at > 0) views += chunk.count
    return isWanted
  })
}
