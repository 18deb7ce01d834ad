import { objectKey } from '#platform/contracts/object-key.ts'
import { objectsBelow, readObject } from '#platform/files/read-object.ts'
import type { Http } from '#platform/http/server.ts'
import type { ObjectStore } from '#platform/ports/object-store.ts'
import { escapeMarkup } from '#platform/text/escape-markup.ts'

/** A page of the mails that were sent, for people who try the service out. */
export const serveMailbox = (app: Http, mailbox: ObjectStore): void => {
  app.get('/', async (_request, reply) => {
    const mails = (await Array.fromAsync(objectsBelow(mailbox, objectKey('sent'))))
      .toSorted((a, b) => b.modifiedAt.getTime() - a.modifiedAt.getTime())
      .slice(0, 50)
    const texts = await Promise.all(mails.map(async ({ key }) => (await readObject(mailbox, key)).toString('utf8')))
    const items = texts.map((text) => `<pre>${escapeMarkup(text)}</pre>`).join('') || '<p>No mail has been sent yet.</p>'
    return reply
      .type('text/html; charset=utf-8')
      .header('content-security-policy', "default-src 'none'; style-src 'unsafe-inline'")
      .send(
        `<!doctype html><html lang="en"><meta charset="utf-8"><title>Mail</title><style>body{font-family:system-ui;max-width:50rem;margin:2rem auto;padding:0 1rem}pre{border:1px solid #ccc;padding:1rem;white-space:pre-wrap}</style><h1>Mail that was sent</h1>${items}</html>`,
      )
  })
}
