import type pg from 'pg'
import { createClient } from '#platform/postgres/connections.ts'

const reopenMs = 1_000

export type Notifications = AsyncDisposable & {
  /**
   * Calls `take` with each text that is notified from now on, until the returned function is called. Resolves when it stands.
   * What is notified while the connection is lost does not come.
   */
  readonly listen: (take: (text: string) => void) => Promise<() => void>
}

/**
 * Receives `NOTIFY` of one channel over a connection of its own, which is opened when somebody listens and reopened when it is
 * lost: https://www.postgresql.org/docs/18/sql-notify.html
 */
export const openNotifications = (connectionString: string, channel: string): Notifications => {
  const takers = new Set<(text: string) => void>()
  let client: Promise<pg.Client> | undefined
  let isClosed = false
  const take = (text: string): void => {
    for (const taker of takers) taker(text)
  }
  const lost = (): void => {
    client = undefined
    if (!isClosed && takers.size > 0) setTimeout(() => void open().catch(lost), reopenMs).unref()
  }
  const open = (): Promise<pg.Client> => {
    client ??= connect(connectionString, channel, { lost, take })
    return client
  }
  return {
    listen: async (taker) => {
      takers.add(taker)
      try {
        await open()
      } catch (error) {
        takers.delete(taker)
        client = undefined
        throw error
      }
      return () => void takers.delete(taker)
    },
    [Symbol.asyncDispose]: async () => {
      isClosed = true
      await (await client?.catch(() => undefined))?.end().catch(() => undefined)
    },
  }
}

type Listening = { readonly lost: () => void; readonly take: (text: string) => void }

const connect = async (connectionString: string, channel: string, { lost, take }: Listening): Promise<pg.Client> => {
  const client = createClient({
    connectionString,
    application_name: 'cinegraph-notifications',
    keepAlive: true,
    connectionTimeoutMillis: 5_000,
  })
  client.on('notification', ({ payload = '' }) => take(payload))
  await client.connect()
  client.once('end', lost)
  await client.query(`listen ${channel}`)
  return client
}
