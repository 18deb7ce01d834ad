import type { Http } from '#platform/http/server.ts'
import type { Log } from '#platform/observe/log.ts'
import type { EventLog } from '#platform/ports/event-log.ts'
import type { Jobs } from '#platform/ports/jobs.ts'
import type { ObjectStore } from '#platform/ports/object-store.ts'
import { serveMailbox } from '../workers/notify/mailbox.ts'
import { createNotify } from '../workers/notify/server.ts'
import { createRecsWorker } from '../workers/recs/server.ts'
import { createTelemetry } from '../workers/telemetry/server.ts'
import { createTranscode } from '../workers/transcode/server.ts'

export type WorkersDeps = {
  readonly events: EventLog
  readonly jobs: Jobs
  readonly objects: ObjectStore
  readonly mailbox: ObjectStore
  readonly workRoot: string
  /** Address of the page, for mails. */
  readonly webUrl: string
  readonly app: Http
  readonly clock: () => Date
  readonly log: Log
}

/** All background work in one process, and the page of mails. */
export const createWorkers = async ({
  events,
  jobs,
  objects,
  mailbox,
  workRoot,
  webUrl,
  app,
  clock,
  log,
}: WorkersDeps): Promise<AsyncDisposable> => {
  await using stack = new AsyncDisposableStack()
  stack.use(await createTranscode({ events, jobs, objects, workRoot, log }))
  stack.use(await createTelemetry({ events, objects, clock, log }))
  await createRecsWorker(events, clock)
  await createNotify({ events, mailbox, webUrl, log })
  serveMailbox(app, mailbox)
  return stack.move()
}
