import { createPostgresEventLog } from '#platform/adapters/event-log.postgres.ts'
import { CinegraphError } from '#platform/errors/errors.ts'
import { serveGraphql } from '#platform/graphql/serve.ts'
import type { Subgraph } from '#platform/graphql/subgraph.ts'
import { createHttp, listen } from '#platform/http/server.ts'
import { readCallerFrom } from '#platform/identity/caller.ts'
import { openSecrets, type Secrets } from '#platform/identity/secrets.ts'
import { createLog, type Log } from '#platform/observe/log.ts'
import { startTelemetry } from '#platform/observe/telemetry.ts'
import type { EventLog } from '#platform/ports/event-log.ts'
import { type Database, openDatabase } from '#platform/postgres/database.ts'
import { migrateDatabase } from '#platform/postgres/migrate.ts'
import { type RelayOptions, relayOutbox } from '#platform/postgres/outbox.ts'
import { runMain } from '#platform/process/lifecycle.ts'
import { type Config, readConfig } from '#platform/settings/config.ts'

export type SubgraphParts = {
  readonly config: Config
  readonly database: Database
  readonly events: EventLog
  readonly secrets: Secrets
  readonly log: Log
  readonly clock: () => Date
}
type Start = {
  readonly name: string
  readonly create: (parts: SubgraphParts) => Promise<Subgraph>
  readonly outbox?: RelayOptions['schema']
}

/** The whole of a subgraph's `main.ts`: the subgraph alone on HTTP, on the database that DATABASE_URL names. */
export const runSubgraph = ({ name, create, outbox }: Start): Promise<void> =>
  runMain(async (stack) => {
    const config = readConfig(process.argv.slice(2), process.env)
    const log = createLog(name, config.logLevel)
    stack.use(await startTelemetry({ service: name, url: config.otlpUrl }))
    if (config.databaseUrl === '') throw new CinegraphError('DATABASE_NEEDED')
    const secrets = await openSecrets(config.data)
    await migrateDatabase(config.databaseUrl)
    const database = stack.use(openDatabase(config.databaseUrl))
    const events = stack.use(await createPostgresEventLog(config.databaseUrl, log))
    const subgraph = stack.use(await create({ config, database, events, secrets, log, clock: () => new Date() }))
    if (outbox !== undefined) stack.use(relayOutbox({ pool: database.pool, schema: outbox, events, log }))
    const app = createHttp({ name, log, ready: database.healthy })
    serveGraphql(app, subgraph, readCallerFrom(config, secrets))
    stack.defer(() => app.close())
    await listen(app, { host: config.host, port: config.port, what: name })
  })
