import { join } from 'node:path'
import { runWorker } from '#platform/process/run-worker.ts'
import { createTranscode } from './server.ts'

await runWorker('transcode', async ({ config, events, objects, log, stack }) => {
  stack.use(await createTranscode({ events, objects, workRoot: join(config.data, 'work'), log }))
})
