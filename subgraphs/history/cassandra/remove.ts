import type { CassandraSession } from '#platform/cassandra/session.ts'
import { changeIndex, dropChunk, readIndex } from './index-row.ts'
import { dropBucket } from './live.ts'
import { timestampOf } from './points.ts'
import type { Tables } from './schema.ts'

type RemoveDeps = {
  readonly session: CassandraSession
  readonly tables: Tables
  readonly clock: () => Date
  readonly buckets: () => Promise<readonly number[]>
}

/** Reports of a device's clock that is ahead are removed too. */
const aheadMs = 86_400_000

/**
 * Removes all of a profile. Its index stays, and says that it is removed: so nothing that comes later is shown, and a roll-up
 * that is under way cannot bring anything back.
 */
export const removeProfile = async ({ session, tables, clock, buckets }: RemoveDeps, profileId: string): Promise<void> => {
  for (;;) {
    const from = await readIndex(session, tables, { profileId, serial: true })
    const removed = await changeIndex(session, tables, { profileId, from, to: { isRemoved: true, chunks: [], garbage: {} } })
    if (removed === undefined) continue
    const chunks = [...(from?.chunks.map(({ id }) => id) ?? []), ...Object.keys(from?.garbage ?? {})]
    for (const id of chunks) await session.write([dropChunk(tables, profileId, id)])
    break
  }
  for (const bucket of await buckets()) await session.write([dropBucket(tables, profileId, bucket)])
  const until = timestampOf(new Date(clock().getTime() + aheadMs))
  await session.write(
    [tables.point, tables.recent].map((table) => ({
      query: `delete from ${table} using timestamp ? where profile_id = ?`,
      params: [until, profileId],
    })),
  )
}
