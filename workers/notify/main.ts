import { runWorker } from '#platform/process/run-worker.ts'
import { serveMailbox } from './mailbox.ts'
import { createNotify } from './server.ts'

await runWorker('notify', async ({ events, mailbox, app, log }) => {
  await createNotify({ events, mailbox, log })
  serveMailbox(app, mailbox)
})
