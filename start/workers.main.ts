import { join } from 'node:path'
import { runWorker } from '#platform/process/run-worker.ts'
import { boundEncoders } from '../workers/transcode/bounds.ts'
import { createWorkers } from './workers.ts'

await runWorker('workers', async ({ config, engines, app, clock, log, stack }) => {
  boundEncoders({ memoryMb: config.encoderMemoryMb, cpuPercent: config.encoderCpuPercent })
  const [events, jobs] = [await engines.open('events'), await engines.open('jobs')]
  const [objects, mailbox] = [await engines.open('objects'), await engines.open('mailbox')]
  stack.use(
    await createWorkers({ events, jobs, objects, mailbox, workRoot: join(config.data, 'work'), webUrl: config.publicUrl, app, clock, log }),
  )
})
