import { runWorker } from '#platform/process/run-worker.ts'
import { serveMailbox } from './mailbox.ts'
import { createNotify } from './server.ts'

await runWorker('notify', async ({ config, engines, app, log }) => {
  const mailbox = await engines.open('mailbox')
  await createNotify({ events: await engines.open('events'), mailbox, webUrl: config.publicUrl, log })
  serveMailbox(app, mailbox)
})
