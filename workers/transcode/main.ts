import { join } from 'node:path'
import { runWorker } from '#platform/process/run-worker.ts'
import { boundEncoders } from './bounds.ts'
import { createTranscode } from './server.ts'

await runWorker('transcode', async ({ config, engines, log, stack }) => {
  boundEncoders({ memoryMb: config.encoderMemoryMb, cpuPercent: config.encoderCpuPercent })
  const [events, jobs, objects] = [await engines.open('events'), await engines.open('jobs'), await engines.open('objects')]
  stack.use(await createTranscode({ events, jobs, objects, workRoot: join(config.data, 'work'), log }))
})
