import type pg from 'pg'

/** An event as the log holds it. */
export type EventRow = {
  readonly id: string
  readonly partition: number
  readonly version: number
  readonly event_id: string
  readonly traceparent: string
  readonly data: string
}
/** Where reading a partition goes on. `epoch` grows when an operator moves it. */
export type Cursor = { readonly position: string; readonly epoch: number }
export type Wanted = { readonly topic: string; readonly rowsMax: number }

/** What one batch may hold, apart from its first event. */
const batchBytesMax = 8_388_608

/** NOTE: a partition nobody has analysed yet looks empty to the planner, which would then read all of it. */
export const readerOptions = '-c enable_seqscan=off -c synchronous_commit=off'

const select = `
  select id, partition, version, event_id, traceparent, data from (
    select found.*, sum(found.bytes) over (order by found.id) - found.bytes as before
    from unnest($2::int[], $3::bigint[]) as held(partition, position)
    cross join lateral (
      select * from event_log.event e where e.topic = $1 and e.partition = held.partition and e.id > held.position order by e.id limit $4
    ) as found order by found.id limit $4
  ) as batch where before < ${batchBytesMax} order by id`

/** Events of the partitions of `after`, in order: each behind its position. */
export const readEvents = async (
  pool: pg.Pool,
  { topic, rowsMax }: Wanted,
  after: ReadonlyMap<number, Cursor>,
): Promise<readonly EventRow[]> => {
  const positions = [...after.values()].map(({ position }) => position)
  const { rows } = await pool.query<EventRow>({ name: 'read-events', text: select, values: [topic, [...after.keys()], positions, rowsMax] })
  return rows
}

/** The id of the last event that is certain to be visible. */
export const headOf = async (pool: pg.Pool): Promise<string> => {
  const { rows } = await pool.query<{ head: string }>('select event_log.head() as head')
  return rows[0]?.head ?? '0'
}

const move = `
  with moved as (
    update event_log.cursor c set position = done.position
    from unnest($5::int[], $6::bigint[], $7::int[]) as done(partition, position, epoch)
    where c.topic = $1 and c.name = $8 and c.partition = done.partition and c.owner = $9 and c.epoch = done.epoch
  )${select}`

export type Place = { readonly group: string; readonly member: string }

/** Saves how far a member of a group has come, where it still owns the partition, and reads on: one statement. */
export const saveAndReadEvents = async (
  pool: pg.Pool,
  { topic, rowsMax, group, member }: Wanted & Place,
  { held, handled }: { readonly held: ReadonlyMap<number, Cursor>; readonly handled: ReadonlyMap<number, Cursor> },
): Promise<readonly EventRow[]> => {
  const columns = (cursors: ReadonlyMap<number, Cursor>) => [[...cursors.keys()], [...cursors.values()].map(({ position }) => position)]
  const values = [topic, ...columns(held), rowsMax, ...columns(handled), [...handled.values()].map(({ epoch }) => epoch), group, member]
  const { rows } = await pool.query<EventRow>({ name: 'save-and-read-events', text: move, values })
  return rows
}
