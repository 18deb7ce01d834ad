import { join } from 'node:path'
import { runWorker } from '#platform/process/run-worker.ts'
import { createTranscode } from './server.ts'

await runWorker('transcode', async ({ config, engines, log, stack }) => {
  const [events, objects] = [await engines.open('events'), await engines.open('objects')]
  stack.use(await createTranscode({ events, objects, workRoot: join(config.data, 'work'), log }))
})
