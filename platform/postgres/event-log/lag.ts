import type pg from 'pg'
import type { Lag } from '#platform/ports/event-log.ts'
import type { GroupOfTopic } from './dead-letters.ts'

const text = `
  select c.topic, c.name as "group", count(e.id)::int as events,
    coalesce(round(extract(epoch from clock_timestamp()) * 1000 - min(e.id) / 1000.0), 0)::float as "ageMs"
  from event_log.cursor c
  left join event_log.event e on e.topic = c.topic and e.partition = c.partition and e.id > c.position
  group by 1, 2 order by 1, 2`

/** How far every group that has ever consumed is behind. */
export const lagOf = async (pool: pg.Pool): Promise<readonly Lag[]> => (await pool.query<Lag>(text)).rows

/** How far these groups are behind. */
export const lagOfGroups = async (pool: pg.Pool, groups: readonly GroupOfTopic[]): Promise<readonly Lag[]> => {
  const wanted = new Set(groups.map(({ topic, group }) => `${topic} ${group}`))
  const all = wanted.size === 0 ? [] : await lagOf(pool)
  return all.filter(({ topic, group }) => wanted.has(`${topic} ${group}`))
}
