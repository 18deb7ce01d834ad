import { join } from 'node:path'
import { createPostgresEventLog } from '#platform/adapters/event-log.postgres.ts'
import { createFolderStore } from '#platform/adapters/object-store.folder.ts'
import { CinegraphError } from '#platform/errors/errors.ts'
import { createHttp, type Http, listen } from '#platform/http/server.ts'
import { createLog, type Log } from '#platform/observe/log.ts'
import { startTelemetry } from '#platform/observe/telemetry.ts'
import type { EventLog } from '#platform/ports/event-log.ts'
import type { ObjectStore } from '#platform/ports/object-store.ts'
import { runMain } from '#platform/process/lifecycle.ts'
import { type Config, readConfig } from '#platform/settings/config.ts'

export type WorkerParts = {
  readonly config: Config
  readonly events: EventLog
  readonly objects: ObjectStore
  readonly mailbox: ObjectStore
  readonly app: Http
  readonly log: Log
  readonly clock: () => Date
  readonly stack: AsyncDisposableStack
}

/** The whole of a worker's `main.ts`: the worker alone, with health and metrics on HTTP. */
export const runWorker = (name: string, start: (parts: WorkerParts) => Promise<void>): Promise<void> =>
  runMain(async (stack) => {
    const config = readConfig(process.argv.slice(2), process.env)
    const log = createLog(name, config.logLevel)
    stack.use(await startTelemetry({ service: name, url: config.otlpUrl }))
    if (config.databaseUrl === '') throw new CinegraphError('DATABASE_NEEDED')
    const events = stack.use(await createPostgresEventLog(config.databaseUrl, log))
    const app = createHttp({ name, log, ready: events.healthy })
    const objects = createFolderStore(join(config.data, 'media'))
    const mailbox = createFolderStore(join(config.data, 'mail'))
    await start({ config, events, objects, mailbox, app, log, clock: () => new Date(), stack })
    stack.defer(() => app.close())
    await listen(app, { host: config.host, port: config.port, what: name })
  })
