import { createMemoryCache } from '#platform/adapters/cache.memory.ts'
import { createPostgresEventLog } from '#platform/adapters/event-log.postgres.ts'
import { CinegraphError } from '#platform/errors/errors.ts'
import { remoteGraphql } from '#platform/graphql/remote.ts'
import { type Http, listen } from '#platform/http/server.ts'
import { readCallerFrom } from '#platform/identity/caller.ts'
import { openSecrets } from '#platform/identity/secrets.ts'
import { createLog } from '#platform/observe/log.ts'
import { startTelemetry } from '#platform/observe/telemetry.ts'
import { runMain } from '#platform/process/lifecycle.ts'
import { type Config, readConfig } from '#platform/settings/config.ts'
import type { BffDeps } from './server.ts'

/** The whole of a BFF's `main.ts`: the BFF alone, asking the supergraph at CINEGRAPH_SUPERGRAPH_URL. */
export const runBff = (name: string, create: (deps: BffDeps, config: Config) => Promise<Http>): Promise<void> =>
  runMain(async (stack) => {
    const config = readConfig(process.argv.slice(2), process.env)
    const log = createLog(name, config.logLevel)
    stack.use(await startTelemetry({ service: name, url: config.otlpUrl }))
    if (config.databaseUrl === '') throw new CinegraphError('DATABASE_NEEDED')
    const secrets = await openSecrets(config.data)
    const events = stack.use(await createPostgresEventLog(config.databaseUrl, log))
    const readCaller = readCallerFrom(config, secrets)
    const supergraph = remoteGraphql('supergraph', config.supergraphUrl, secrets.serviceKey)
    const app = await create({ supergraph, events, readCaller, createCache: createMemoryCache, allowedOrigins: () => [], log }, config)
    stack.defer(() => app.close())
    await listen(app, { host: config.host, port: config.port, what: name })
  })
