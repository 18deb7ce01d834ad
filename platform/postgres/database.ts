import { PrismaPg } from '@prisma/adapter-pg'
import pg from 'pg'
import { PrismaClient } from '../../prisma/generated/client.ts'

export type Database = AsyncDisposable & {
  readonly prisma: PrismaClient
  /** Bare connections, for paths too hot for an object mapper. */
  readonly pool: pg.Pool
  readonly healthy: () => Promise<boolean>
}

/** Connections to the PostgreSQL at `connectionString`; opened when first used, reopened when lost. */
export const openDatabase = (connectionString: string): Database => {
  const pool = new pg.Pool({ connectionString, max: 10, connectionTimeoutMillis: 3_000, query_timeout: 10_000, idleTimeoutMillis: 60_000 })
  pool.on('error', () => undefined)
  const prisma = new PrismaClient({ adapter: new PrismaPg(pool) })
  return {
    prisma,
    pool,
    healthy: async () => (await pool.query('select 1')).rowCount === 1,
    [Symbol.asyncDispose]: async () => {
      await prisma.$disconnect()
      if (!pool.ended) await pool.end()
    },
  }
}
