import { runWorker } from '#platform/worker-main.ts'
import { createRecsWorker } from './server.ts'

await runWorker('recs-worker', ({ events }) => createRecsWorker(events))
