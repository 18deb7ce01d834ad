import type { CassandraSession, Row, Statement } from '#platform/cassandra/session.ts'
import type { Viewing } from '../store.ts'
import { type ChunkInfo, decodeChunk } from './chunks.ts'
import type { Tables } from './schema.ts'

/** Which chunks hold the older part of a profile's history, newest first. It is changed by compare-and-set of its version only. */
export type Index = {
  readonly version: number
  readonly isRemoved: boolean
  readonly chunks: readonly ChunkInfo[]
  /** Chunks that are being written or are no longer used, and since when. */
  readonly garbage: Readonly<Record<string, Date>>
}
type Changed = Partial<Omit<Index, 'version'>>

const toIndex = ({ version, is_removed, chunks, garbage }: Row): Index => ({
  version: Number(version),
  isRemoved: is_removed === true,
  chunks: JSON.parse(String(chunks)) as readonly ChunkInfo[],
  garbage: Object.fromEntries(
    Object.entries((garbage ?? {}) as Readonly<Record<string, unknown>>).map(([id, since]) => [id, new Date(Number(since))]),
  ),
})

/** `serial` also settles a change that a writer has begun and not finished; readers do not need that. */
export const readIndex = async (
  session: CassandraSession,
  tables: Tables,
  { profileId, serial = false }: { readonly profileId: string; readonly serial?: boolean },
): Promise<Index | undefined> => {
  const query = `select version, is_removed, chunks, garbage from ${tables.index} where profile_id = ?`
  const found = await Array.fromAsync(session.read({ query, params: [profileId] }, serial ? { consistency: 'serial' } : {}))
  return found[0] && toIndex(found[0])
}

/** Gives the index as it is then; undefined when somebody else has changed it meanwhile. */
export const changeIndex = async (
  session: CassandraSession,
  tables: Tables,
  { profileId, from, to }: { readonly profileId: string; readonly from: Index | undefined; readonly to: Changed },
): Promise<Index | undefined> => {
  const before = from ?? { version: 0, isRemoved: false, chunks: [], garbage: {} }
  const after: Index = { ...before, ...to, version: before.version + 1 }
  const garbage = Object.fromEntries(Object.entries(after.garbage).map(([id, since]) => [id, BigInt(since.getTime())]))
  const values = [after.version, after.isRemoved, JSON.stringify(after.chunks), garbage]
  const isApplied = await session.writeIf(
    from === undefined
      ? {
          query: `insert into ${tables.index} (version, is_removed, chunks, garbage, profile_id) values (?, ?, ?, ?, ?) if not exists`,
          params: [...values, profileId],
        }
      : {
          query: `update ${tables.index} set version = ?, is_removed = ?, chunks = ?, garbage = ? where profile_id = ? if version = ?`,
          params: [...values, profileId, from.version],
        },
  )
  return isApplied ? after : undefined
}

/** The views of some chunks, which are read at the same time; undefined when one of them is no longer there. */
export const readChunks = async (
  session: CassandraSession,
  tables: Tables,
  { profileId, chunks }: { readonly profileId: string; readonly chunks: readonly ChunkInfo[] },
): Promise<readonly (readonly Viewing[])[] | undefined> => {
  const query = `select data from ${tables.chunk} where profile_id = ? and chunk = ?`
  const read = chunks.map(({ id }) => Array.fromAsync(session.read({ query, params: [profileId, id] })))
  const found = (await Promise.all(read)).map(([row]) => row?.data)
  return found.every((data) => Buffer.isBuffer(data)) ? found.map((data) => decodeChunk(profileId, data)) : undefined
}

export const putChunk = (tables: Tables, [profileId, chunk, data]: readonly [string, string, Buffer]): Statement => ({
  query: `insert into ${tables.chunk} (profile_id, chunk, data) values (?, ?, ?)`,
  params: [profileId, chunk, data],
})

export const dropChunk = (tables: Tables, profileId: string, chunk: string): Statement => ({
  query: `delete from ${tables.chunk} where profile_id = ? and chunk = ?`,
  params: [profileId, chunk],
})
