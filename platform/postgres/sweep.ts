import type pg from 'pg'
import { messageOf } from '#platform/errors/errors.ts'
import type { Log } from '#platform/observe/log.ts'
import { counter } from '#platform/observe/metrics.ts'
import { quoteName } from '#platform/postgres/connections.ts'
import { type Pause, regularly } from '#platform/process/regularly.ts'

/** A table whose rows are removed some time after the instant in one of their columns. */
export type Sweep = {
  readonly table: string
  /** A column of type `timestamptz`, with an index. */
  readonly expiry: string
  /** How long a row is kept after that instant. */
  readonly keepDays: number
}
export type SweepOptions = {
  readonly pool: pg.Pool
  /** The PostgreSQL schema of the tables. */
  readonly schema: string
  readonly sweeps: readonly Sweep[]
  readonly clock: () => Date
  readonly log: Log
  readonly everyMs?: number
  readonly bounds?: Partial<SweepBounds>
}
type SweepBounds = {
  /** Rows of one statement, so that none holds locks for long. */
  readonly rowsMax: number
  /** Statements of one round and table; what is left waits for the next round. */
  readonly batchesMax: number
}

const defaultBounds: SweepBounds = { rowsMax: 1_000, batchesMax: 50 }
const tenMinutesMs = 600_000
const betweenBatchesMs = 50
const dayMs = 86_400_000
const swept = counter('swept_rows_total', 'Rows removed because their time was over', ['schema', 'table'])

/** Removes rows whose time is over, at once and then every ten minutes, until disposed. Processes that sweep the same table share the work. */
export const sweepRegularly = (options: SweepOptions): AsyncDisposable => {
  const { schema, sweeps, log, everyMs = tenMinutesMs } = options
  const run = async (pause: Pause): Promise<void> => {
    for (const sweep of sweeps)
      await sweepTable(options, sweep, pause).catch((error: unknown) =>
        log.warn({ schema, table: sweep.table, reason: messageOf(error) }, 'rows whose time is over stay until the next round'),
      )
  }
  return regularly({ what: `sweep of ${schema}`, everyMs, run, log })
}

const sweepTable = async (options: SweepOptions, sweep: Sweep, pause: Pause): Promise<void> => {
  const { pool, schema, clock } = options
  const { rowsMax, batchesMax } = { ...defaultBounds, ...options.bounds }
  const before = new Date(clock().getTime() - sweep.keepDays * dayMs)
  for (let batch = 0; batch < batchesMax; batch += 1) {
    const { rowCount } = await pool.query(removeOver(schema, sweep), [before, rowsMax])
    swept.inc({ schema, table: sweep.table }, rowCount ?? 0)
    if ((rowCount ?? 0) < rowsMax || !(await pause(betweenBatchesMs))) return
  }
}

/** NOTE: rows that another process sweeps, or somebody holds, are passed over; a later batch finds them. */
const removeOver = (schema: string, { table, expiry }: Sweep): string => {
  const [from, column] = [`${quoteName(schema)}.${quoteName(table)}`, quoteName(expiry)]
  return `delete from ${from} where ctid = any(array(
    select ctid from ${from} where ${column} < $1 order by ${column} limit $2 for update skip locked))`
}
