import { openEngines } from '#platform/engines/engines.ts'
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
    const secrets = await openSecrets(config.data)
    const engines = stack.use(openEngines(config, log))
    const [events, createCache] = [await engines.open('events'), await engines.open('cache')]
    const readCaller = readCallerFrom(config, secrets)
    const supergraph = remoteGraphql('supergraph', config.supergraphUrl, secrets.serviceKey)
    const deps = { supergraph, events, readCaller, createCache, allowedOrigins: () => [], log, ready: engines.healthy }
    const app = await create(deps, config)
    stack.defer(() => app.close())
    await listen(app, { host: config.host, port: config.port, what: name })
  })
