import type pg from 'pg'
import { gauge } from '#platform/observe/metrics.ts'
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

type Source = { readonly pool: pg.Pool; readonly groups: () => readonly GroupOfTopic[] }
const sources = new Set<Source>()
const labelNames = ['topic', 'group']

/** The lag of the groups that this process consumes for; none while the log cannot be read. */
const lagHere = async (): Promise<readonly Lag[]> => {
  const found = [...sources].map(async ({ pool, groups }) => {
    const here = new Set(groups().map(({ topic, group }) => `${topic} ${group}`))
    const all = here.size === 0 ? [] : await lagOf(pool).catch(() => [])
    return all.filter(({ topic, group }) => here.has(`${topic} ${group}`))
  })
  return (await Promise.all(found)).flat()
}

gauge('events_lag', 'Events that a group has not consumed yet', {
  labelNames,
  collect: async (figure) => {
    figure.reset()
    for (const { topic, group, events } of await lagHere()) figure.set({ topic, group }, events)
  },
})
gauge('events_lag_seconds', 'Age of the oldest event that a group has not consumed yet', {
  labelNames,
  collect: async (figure) => {
    figure.reset()
    for (const { topic, group, ageMs } of await lagHere()) figure.set({ topic, group }, ageMs / 1000)
  },
})

/** Shows operators, until disposed, how far these groups are behind. */
export const showLag = (pool: pg.Pool, groups: () => readonly GroupOfTopic[]): Disposable => {
  const source = { pool, groups }
  sources.add(source)
  return { [Symbol.dispose]: () => void sources.delete(source) }
}
