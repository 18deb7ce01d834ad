import type pg from 'pg'
import { CinegraphError } from '#platform/errors/errors.ts'
import { quoteName } from '#platform/postgres/connections.ts'

type SetAside = {
  readonly schema: string
  readonly id: string
  readonly topic: string
  readonly key: string
  readonly failure: string
  readonly waiting: number
}

const schemasWithOutbox = async (pool: pg.Pool): Promise<readonly string[]> => {
  const { rows } = await pool.query<{ schema: string }>(
    `select table_schema as schema from information_schema.tables where table_name = 'outbox' order by 1`,
  )
  return rows.map(({ schema }) => schema)
}

/** Rows of all outboxes that cannot be published; `waiting` is how many of their key wait behind them. */
export const setAsideRows = async (pool: pg.Pool): Promise<readonly SetAside[]> => {
  const found = (await schemasWithOutbox(pool)).map(async (schema) => {
    const table = `${quoteName(schema)}.outbox`
    const { rows } = await pool.query<SetAside>(
      `select $1 as schema, id::text, topic, key, failure,
        (select count(*)::int from ${table} w where w.topic = o.topic and w.key = o.key and w.id > o.id) as waiting
      from ${table} o where failed_at is not null order by id`,
      [schema],
    )
    return rows
  })
  return (await Promise.all(found)).flat()
}

const change = async (pool: pg.Pool, sql: (table: string) => string, [schema, id]: readonly [string, string]): Promise<void> => {
  if (!(await schemasWithOutbox(pool)).includes(schema)) throw new CinegraphError('NOT_FOUND', { what: 'outbox', id: schema })
  const { rowCount } = await pool.query(`${sql(`${quoteName(schema)}.outbox`)} where id = $1 and failed_at is not null`, [id])
  if (rowCount !== 1) throw new CinegraphError('NOT_FOUND', { what: `row in the outbox of ${schema}`, id })
}

/** Lets the relay try a row that was set aside once more. Throws NOT_FOUND. */
export const resendOutboxRow = (pool: pg.Pool, schema: string, id: string): Promise<void> =>
  change(pool, (table) => `update ${table} set failed_at = null, failure = null`, [schema, id])

/** Removes a row that was set aside; those of its key behind it go on when the relay next looks. Throws NOT_FOUND. */
export const discardOutboxRow = (pool: pg.Pool, schema: string, id: string): Promise<void> =>
  change(pool, (table) => `delete from ${table}`, [schema, id])
