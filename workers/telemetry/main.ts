import { runWorker } from '#platform/process/run-worker.ts'
import { createTelemetry } from './server.ts'

await runWorker('telemetry', async ({ events, objects, clock, log, stack }) => {
  stack.use(await createTelemetry({ events, objects, clock, log }))
})
