import { join } from 'node:path'
import { runWorker } from '#platform/process/run-worker.ts'
import { createWorkers } from './workers.ts'

await runWorker('workers', async ({ config, events, objects, mailbox, app, clock, log, stack }) => {
  stack.use(await createWorkers({ events, objects, mailbox, workRoot: join(config.data, 'work'), app, clock, log }))
})
