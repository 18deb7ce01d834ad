import { randomUUID } from 'node:crypto'
import type { CassandraSession } from '#platform/cassandra/session.ts'
import { mergeBy, sittingKey, widen } from '../last-write.ts'
import type { Viewing } from '../store.ts'
import { type ChunkInfo, comparePlaces, encodeChunk, infoOf, isFull, newestFirst, placeOfViewing, splitViews } from './chunks.ts'
import { changeIndex, dropChunk, type Index, putChunk, readChunks, readIndex } from './index-row.ts'
import { dropBucket, firstOpenBucket, liveViews } from './live.ts'
import type { Tables } from './schema.ts'
import { mayHold, sessionHash } from './session-filter.ts'
import { raiseOldestBucket } from './state.ts'

export type RollUpDeps = { readonly session: CassandraSession; readonly tables: Tables; readonly clock: () => Date }
type Profile = { readonly profileId: string; readonly buckets: readonly number[] }

/** How long a chunk stays after the last index that named it: whoever has read that index can still read the chunk. */
const garbageMs = 3_600_000

/**
 * Moves what lies in closed buckets into compressed chunks, profile by profile. Gives how many profiles had something to move.
 * It may end at any point, and several may run at once: a view is removed from its bucket only after the index names a chunk
 * that holds it, and views that are in both are one to whoever reads.
 */
export const rollUp = async (deps: RollUpDeps): Promise<number> => {
  const { session, tables, clock } = deps
  const firstOpen = firstOpenBucket(clock().getTime())
  const closed = new Map<string, number[]>()
  const query = `select distinct profile_id, bucket from ${tables.live}`
  for await (const { profile_id, bucket } of session.read({ query, params: [] }))
    if (Number(bucket) < firstOpen) closed.set(String(profile_id), [...(closed.get(String(profile_id)) ?? []), Number(bucket)])
  for (const [profileId, buckets] of closed) await rollUpProfile(deps, { profileId, buckets })
  await raiseOldestBucket(session, tables, firstOpen)
  return closed.size
}

const rollUpProfile = async (deps: RollUpDeps, profile: Profile): Promise<void> => {
  const { session, tables } = deps
  const { profileId, buckets } = profile
  for (;;) {
    const index = await readIndex(session, tables, { profileId, serial: true })
    const views = index?.isRemoved ? [] : await liveViews(session, tables, profile)
    if (views.length > 0 && !(await compress(deps, { profileId, index, views }))) continue
    await session.write(buckets.map((bucket) => dropBucket(tables, profileId, bucket)))
    return
  }
}

type Compression = { readonly profileId: string; readonly index: Index | undefined; readonly views: readonly Viewing[] }

/** False when somebody else has changed the index meanwhile. */
const compress = async (deps: RollUpDeps, { profileId, index, views }: Compression): Promise<boolean> => {
  const { session, tables } = deps
  const clean = index && (await removeGarbage(deps, profileId, index))
  if (index !== undefined && clean === undefined) return false
  const chunks = clean?.chunks ?? []
  const [from, to] = affected(chunks, views)
  const old = chunks.slice(from, to)
  const held = await readChunks(session, tables, { profileId, chunks: old })
  if (held === undefined) return false
  const merged = mergeBy([...held.flat(), ...views], sittingKey, widen).toSorted(newestFirst)
  const fresh = splitViews(merged).map((part) => ({ part, info: infoOf(randomUUID(), part) }))
  const now = deps.clock()
  const since = (infos: readonly ChunkInfo[]) => Object.fromEntries(infos.map(({ id }) => [id, now]))
  const marked = await changeIndex(session, tables, {
    profileId,
    from: clean,
    to: { garbage: { ...clean?.garbage, ...since(fresh.map(({ info }) => info)) } },
  })
  if (marked === undefined) return false
  for (const { part, info } of fresh) await session.write([putChunk(tables, [profileId, info.id, encodeChunk(part)])])
  const named = [...chunks.slice(0, from), ...fresh.map(({ info }) => info), ...chunks.slice(to)]
  const swapped = await changeIndex(session, tables, {
    profileId,
    from: marked,
    to: { chunks: named, garbage: { ...clean?.garbage, ...since(old) } },
  })
  return swapped !== undefined
}

/** The run of chunks that have to be written anew: where the views belong, and those that may hold a part of their sittings. */
const affected = (chunks: readonly ChunkInfo[], views: readonly Viewing[]): readonly [from: number, to: number] => {
  const [first] = chunks
  const run = new Set<number>()
  for (const view of views) {
    const [place, hash] = [placeOfViewing(view), sessionHash(view.sessionId)]
    const home = chunks.findIndex(({ oldest }) => comparePlaces(place, oldest) <= 0)
    run.add(home === -1 ? chunks.length - 1 : home)
    for (const [at, { filter }] of chunks.entries()) if (mayHold(filter)(hash)) run.add(at)
  }
  const areNewer = first !== undefined && views.every((view) => comparePlaces(placeOfViewing(view), first.newest) < 0)
  if (
    first === undefined ||
    (areNewer && run.size === 1 && isFull(first) && !views.some(({ sessionId }) => mayHold(first.filter)(sessionHash(sessionId))))
  )
    return [0, 0]
  return [Math.min(...run), Math.max(...run) + 1]
}

/** Removes chunks that nobody reads any more. Gives the index as it is then; undefined when somebody else has changed it. */
const removeGarbage = async (deps: RollUpDeps, profileId: string, index: Index): Promise<Index | undefined> => {
  const { session, tables, clock } = deps
  const before = clock().getTime() - garbageMs
  const [gone, kept] = [new Map<string, Date>(), new Map<string, Date>()]
  for (const [id, since] of Object.entries(index.garbage)) (since.getTime() < before ? gone : kept).set(id, since)
  if (gone.size === 0) return index
  // NOTE: whoever is still writing one of these finds that the version has changed, and writes others.
  const claimed = await changeIndex(session, tables, { profileId, from: index, to: {} })
  if (claimed === undefined) return undefined
  for (const id of gone.keys()) await session.write([dropChunk(tables, profileId, id)])
  return changeIndex(session, tables, { profileId, from: claimed, to: { garbage: Object.fromEntries(kept) } })
}
