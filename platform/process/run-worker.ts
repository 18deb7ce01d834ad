import { type Engines, openEngines } from '#platform/engines/engines.ts'
import { createAdmin } from '#platform/http/admin.ts'
import { hostsFrom } from '#platform/http/hosts.ts'
import { type Http, listen } from '#platform/http/server.ts'
import { createLog, type Log } from '#platform/observe/log.ts'
import { startTelemetry } from '#platform/observe/telemetry.ts'
import { waitForDatabase } from '#platform/postgres/wait.ts'
import { runMain } from '#platform/process/lifecycle.ts'
import { type Config, readConfig } from '#platform/settings/config.ts'

export type WorkerParts = {
  readonly config: Config
  readonly engines: Pick<Engines, 'open'>
  readonly app: Http
  readonly log: Log
  readonly clock: () => Date
  readonly stack: AsyncDisposableStack
}

/** The whole of a worker's `main.ts`: the worker alone, with health and metrics for operators on HTTP: nobody else asks a worker anything. */
export const runWorker = (name: string, start: (parts: WorkerParts) => Promise<void>): Promise<void> =>
  runMain(async (stack) => {
    const config = readConfig(process.argv.slice(2), process.env)
    const log = createLog(name, config.logLevel)
    stack.use(await startTelemetry({ service: name, url: config.otlpUrl }))
    if (config.databaseUrl !== '') await waitForDatabase(config.databaseUrl, { seconds: config.databaseWaitSeconds, log })
    const engines = stack.use(openEngines(config, log))
    const app = createAdmin({ name, log, ready: engines.healthy, hosts: hostsFrom(config) })
    await start({ config, engines, app, log, clock: () => new Date(), stack })
    stack.defer(() => app.close())
    await listen(app, { host: config.adminHost, port: config.port, what: name })
  })
