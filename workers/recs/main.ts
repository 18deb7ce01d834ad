import { runWorker } from '#platform/process/run-worker.ts'
import { createRecsWorker } from './server.ts'

await runWorker('recs-worker', async ({ engines, clock }) => createRecsWorker(await engines.open('events'), clock))
