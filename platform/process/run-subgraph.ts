import { openEngines } from '#platform/engines/engines.ts'
import { CinegraphError } from '#platform/errors/errors.ts'
import { remoteGraphql } from '#platform/graphql/remote.ts'
import { serveGraphql } from '#platform/graphql/serve.ts'
import { serveAdmin } from '#platform/http/admin.ts'
import { hostsFrom } from '#platform/http/hosts.ts'
import { createHttp, listen } from '#platform/http/server.ts'
import { readCallerFrom } from '#platform/identity/caller.ts'
import { openSecrets } from '#platform/identity/secrets.ts'
import { createLog } from '#platform/observe/log.ts'
import { startTelemetry } from '#platform/observe/telemetry.ts'
import { migrateDatabase } from '#platform/postgres/migrate.ts'
import { waitForDatabase } from '#platform/postgres/wait.ts'
import { runMain } from '#platform/process/lifecycle.ts'
import { type SubgraphDefinition, startSubgraph } from '#platform/process/subgraph-definition.ts'
import { watchSessions } from '#platform/process/watch-sessions.ts'
import { readConfig } from '#platform/settings/config.ts'

/** The whole of a subgraph's `main.ts`: the subgraph alone on HTTP, on the database that DATABASE_URL names. */
export const runSubgraph = (definition: SubgraphDefinition): Promise<void> =>
  runMain(async (stack) => {
    const { name } = definition
    const config = readConfig(process.argv.slice(2), process.env)
    const log = createLog(name, config.logLevel)
    stack.use(await startTelemetry({ service: name, url: config.otlpUrl }))
    if (config.databaseUrl === '') throw new CinegraphError('DATABASE_NEEDED')
    const secrets = openSecrets(config.data)
    const identity = await secrets.pick('accessPublicKey', 'serviceKey')
    await waitForDatabase(config.databaseUrl, { seconds: config.databaseWaitSeconds, log })
    await migrateDatabase(config.databaseUrl)
    const engines = stack.use(openEngines(config, log))
    const supergraph = remoteGraphql('supergraph', config.supergraphUrl, identity.serviceKey)
    const subgraph = stack.use(await startSubgraph(definition, { config, secrets, engines, supergraph, clock: () => new Date(), log }))
    const app = createHttp({ name, log, ready: engines.healthy, hosts: hostsFrom(config) })
    const readCaller = readCallerFrom(config, identity, await watchSessions({ config, engines, log }, stack))
    serveGraphql(app, subgraph, readCaller)
    subgraph.serve?.(app, readCaller)
    stack.defer(() => app.close())
    await listen(app, { host: config.host, port: config.port, what: name })
    await serveAdmin(stack, { name, log, config, ready: engines.healthy })
  })
