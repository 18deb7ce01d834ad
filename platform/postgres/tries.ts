import type pg from 'pg'
import { RateLimiterPostgres } from 'rate-limiter-flexible'
import { secondsToWait } from '#platform/resilience/seconds-to-wait.ts'

/** How often a key may try within some time. */
export type TryRule = { readonly max: number; readonly seconds: number }
/** Counts tries of keys, for all processes of a database together. */
export type Tries = {
  /** Counts one; gives how many seconds to wait when it was too many, else 0. */
  readonly take: (key: string) => Promise<number>
  /** Takes one back that should not have counted. */
  readonly giveBack: (key: string) => Promise<void>
}
export type TryTable = { readonly pool: pg.Pool; readonly schema: string; readonly table: string }
export type CreateTries = (name: string, rule: TryRule) => Tries

/** Tries in a table with the columns `key`, `points` and `expire` (ms since 1970). Rows that are over are removed every five minutes. */
export const sharedTries =
  ({ pool, schema, table }: TryTable): CreateTries =>
  (name, { max, seconds }) => {
    const limiter = new RateLimiterPostgres({
      storeClient: pool,
      storeType: 'pool',
      schemaName: schema,
      tableName: table,
      tableCreated: true,
      keyPrefix: name,
      points: max,
      duration: seconds,
    })
    return {
      take: (key) => secondsToWait(limiter, key),
      giveBack: async (key) => void (await limiter.reward(key)),
    }
  }
