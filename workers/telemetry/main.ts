import { runWorker } from '#platform/process/run-worker.ts'
import { createTelemetry } from './server.ts'

await runWorker('telemetry', async ({ engines, clock, log, stack }) => {
  stack.use(await createTelemetry({ events: await engines.open('events'), objects: await engines.open('objects'), clock, log }))
})
