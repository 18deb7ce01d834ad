import type pg from 'pg'
import { CinegraphError, messageOf } from '#platform/errors/errors.ts'
import { GroupCommit } from '#platform/events/group-commit.ts'
import type { Recorded } from '#platform/events/recorded.ts'

/** Keys of a topic are spread over so many partitions, which is how many instances of a group can share its work. */
export const partitionCount = 4

const limits = { lingerMs: 5, itemsMax: 2_000, bytesMax: 4_194_304, waitingBytesMax: 67_108_864 }
/** What a row takes beside its text. */
const rowBytes = 200

/** 32-bit FNV-1a over UTF-16 units: http://www.isthe.com/chongo/tech/comp/fnv/. NOTE: it decides where a key's events lie; it never changes. */
export const partitionOf = (key: string): number => {
  let hash = 0x811c9dc5
  for (let at = 0; at < key.length; at += 1) hash = Math.imul(hash ^ key.charCodeAt(at), 0x01000193)
  return (hash >>> 0) % partitionCount
}

/** Appends events of many callers in one statement and one commit. */
export const createAppender = (pool: pg.Pool): GroupCommit<Recorded> =>
  new GroupCommit<Recorded>({ ...limits, bytesOf: ({ text }) => text.length + rowBytes, write: (events) => append(pool, events) })

const append = async (pool: pg.Pool, events: readonly Recorded[]): Promise<void> => {
  const column = (name: 'topic' | 'id' | 'traceparent' | 'text', separator: string): string =>
    events.map((event) => event[name]).join(separator)
  try {
    await pool.query({
      name: 'append-events',
      text: 'select event_log.append($1, $2, $3, $4, $5, $6)',
      values: [
        column('topic', ','),
        events.map(({ key }) => partitionOf(key)),
        events.map(({ version }) => version),
        column('id', ','),
        column('traceparent', ','),
        // NOTE: JSON holds no line break outside of an escape, and NUL only as one; so nothing in an event can spoil its neighbours.
        column('text', '\n'),
      ],
    })
  } catch (error) {
    throw new CinegraphError('DATABASE_UNAVAILABLE', { why: messageOf(error) }, error)
  }
}
