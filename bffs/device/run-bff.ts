import { openEngines } from '#platform/engines/engines.ts'
import { remoteGraphql } from '#platform/graphql/remote.ts'
import { serveAdmin } from '#platform/http/admin.ts'
import { answers } from '#platform/http/answers.ts'
import { hostsFrom } from '#platform/http/hosts.ts'
import { type Http, listen } from '#platform/http/server.ts'
import { readCallerFrom } from '#platform/identity/caller.ts'
import { openSecrets } from '#platform/identity/secrets.ts'
import { createLog } from '#platform/observe/log.ts'
import { startTelemetry } from '#platform/observe/telemetry.ts'
import { waitForDatabase } from '#platform/postgres/wait.ts'
import { runMain } from '#platform/process/lifecycle.ts'
import { watchSessions } from '#platform/process/watch-sessions.ts'
import { type Config, readConfig } from '#platform/settings/config.ts'
import type { BffDeps } from './server.ts'

export type BffStart = {
  readonly name: string
  readonly create: (deps: BffDeps, config: Config) => Promise<Http>
  readonly config: Config
  /** Origins of pages that may ask it, beside those that settings name. */
  readonly allowedOrigins: readonly string[]
}

/** Starts one BFF in this process, asking the supergraph at CINEGRAPH_SUPERGRAPH_URL. What it opens is put on the stack. */
export const startBff = async ({ name, create, config, allowedOrigins }: BffStart, stack: AsyncDisposableStack): Promise<void> => {
  const log = createLog(name, config.logLevel)
  stack.use(await startTelemetry({ service: name, url: config.otlpUrl }))
  const secrets = await openSecrets(config.data).pick('accessPublicKey', 'serviceKey')
  if (config.databaseUrl !== '') await waitForDatabase(config.databaseUrl, { seconds: config.databaseWaitSeconds, log })
  const engines = stack.use(openEngines(config, log))
  const [events, createCache] = [await engines.open('events'), await engines.open('cache')]
  const readCaller = readCallerFrom(config, secrets, await watchSessions({ config, engines, log }, stack))
  const supergraph = remoteGraphql('supergraph', config.supergraphUrl, secrets.serviceKey)
  const origins = [...allowedOrigins, ...(config.publicUrl === '' ? [] : [config.publicUrl]), ...config.corsOrigins]
  const ready = async () => (await engines.healthy()) && (await answers(config.supergraphUrl))
  const app = await create(
    {
      supergraph,
      events,
      readCaller,
      createCache,
      allowedOrigins: () => origins,
      pageUrl: () => config.publicUrl,
      registeredOnly: config.documents === 'registered',
      heartbeatsPerSecond: config.heartbeatsPerSecond,
      hosts: hostsFrom(config),
      log,
      ready,
    },
    config,
  )
  stack.defer(() => app.close())
  await listen(app, { host: config.host, port: config.port, what: name })
  await serveAdmin(stack, { name, log, config, ready })
}

/** The whole of a BFF's `main.ts`: the BFF alone. */
export const runBff = (name: string, create: BffStart['create']): Promise<void> =>
  runMain((stack) => startBff({ name, create, config: readConfig(process.argv.slice(2), process.env), allowedOrigins: [] }, stack))
