import { hostsOf, withDatabase, withHost } from '#platform/postgres/addresses.ts'
import { createClient } from '#platform/postgres/connections.ts'
import { migrateDatabase } from '#platform/postgres/migrate.ts'
import { postgres } from '../../../deploy/engines/postgres.ts'
import { openPostgresWrites } from '../../postgres-writes.ts'
import { ownServers, stoodStill } from '../own-servers.ts'
import type { Rig } from './rig.ts'

const promoteStandby = async (url: string): Promise<void> => {
  const standby = hostsOf(url)[1]
  if (standby === undefined) throw new Error('there is no standby')
  const client = createClient({ connectionString: withDatabase(withHost(url, standby), 'postgres') })
  await client.connect()
  await client.query('select pg_promote(wait => true)').finally(() => client.end())
}

/** Events and rows of an outbox in a primary with a synchronous standby. */
export const postgresRig = async (): Promise<Rig> => {
  await using stack = new AsyncDisposableStack()
  const servers = stack.use(await ownServers(postgres))
  const url = servers.env.DATABASE_URL ?? ''
  await migrateDatabase(url)
  const writes = stack.use(await openPostgresWrites(url))
  const owned = stack.move()
  return {
    engine: 'PostgreSQL with a synchronous standby',
    callers: 3,
    write: writes.write,
    faults: [
      stoodStill(servers, 'postgres-a', { isOutage: true }),
      {
        name: 'kill -9 postgres-a, promote postgres-b',
        begin: async () => {
          await servers.signal('postgres-a', 'SIGKILL')
          await promoteStandby(url)
        },
        end: async () => undefined,
      },
    ],
    outcome: async () => {
      await writes.settle().catch(() => undefined)
      return { lost: writes.missing(), twice: null, again: writes.again(), fallback: null }
    },
    [Symbol.asyncDispose]: () => owned.disposeAsync(),
  }
}
