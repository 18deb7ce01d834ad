import { join } from 'node:path'
import { runWorker } from '#platform/worker-main.ts'
import { createTranscode } from './server.ts'

await runWorker('transcode', async ({ config, events, objects, log, stack }) => {
  stack.use(await createTranscode({ events, objects, workRoot: join(config.data, 'work'), log }))
})
