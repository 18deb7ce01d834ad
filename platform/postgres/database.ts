import { PrismaPg } from '@prisma/adapter-pg'
import type pg from 'pg'
import { optionOf } from '#platform/postgres/addresses.ts'
import { openPool } from '#platform/postgres/connections.ts'
import { type Notifications, openNotifications } from '#platform/postgres/notifications.ts'
import { PrismaClient } from '../../prisma/generated/client.ts'

export type Database = AsyncDisposable & {
  readonly prisma: PrismaClient
  /** Bare connections, for paths too hot for an object mapper. */
  readonly pool: pg.Pool
  /** What outboxes notify of, by the name of their schema. */
  readonly notifications: Notifications
  readonly healthy: () => Promise<boolean>
}

/** What stands inside `prisma.$transaction`. */
export type Transaction = Parameters<Parameters<PrismaClient['$transaction']>[0]>[0]

/** Connections to the PostgreSQL at `connectionString`; opened when first used, reopened when lost. */
export const openDatabase = (connectionString: string): Database => {
  const max = Number(optionOf(connectionString, 'pool_max') ?? 10)
  const pool = openPool({ connectionString, max, application_name: 'cinegraph' })
  const notifications = openNotifications(connectionString, 'outbox')
  const prisma = new PrismaClient({ adapter: new PrismaPg(pool) })
  return {
    prisma,
    pool,
    notifications,
    healthy: async () => (await pool.query('select 1')).rowCount === 1,
    [Symbol.asyncDispose]: async () => {
      await notifications[Symbol.asyncDispose]()
      await prisma.$disconnect()
      if (!pool.ended) await pool.end()
    },
  }
}
