import PostalMime, { type Email } from 'postal-mime'
import { objectKey } from '#platform/contracts/object-key.ts'
import { objectsBelow, readObject } from '#platform/files/read-object.ts'
import type { Http } from '#platform/http/server.ts'
import type { ObjectStore } from '#platform/ports/object-store.ts'
import { escapeMarkup } from '#platform/text/escape-markup.ts'

const mailsMax = 50
const style =
  'body{font-family:system-ui;max-width:50rem;margin:2rem auto;padding:0 1rem}article{border:1px solid #ccc;padding:1rem;margin:1rem 0}h2{margin:0;font-size:1.1rem}pre{white-space:pre-wrap;overflow-wrap:anywhere;font:inherit}'

const mailOf = async (mailbox: ObjectStore, key: Parameters<typeof readObject>[1]): Promise<Email> =>
  PostalMime.parse(await readObject(mailbox, key))

const addresses = (email: Email): string => (email.to ?? []).map(({ address }) => address ?? '').join(', ')

/** NOTE: addresses are links only where we wrote them, on a line of their own. */
const linked = (text: string): string =>
  escapeMarkup(text).replaceAll(/^https?:\/\/\S+$/gm, (address) => `<a href="${address}">${address}</a>`)

const article = (email: Email): string =>
  `<article><h2>${escapeMarkup(email.subject ?? '')}</h2><p>To: ${escapeMarkup(addresses(email))}</p><pre>${linked(email.text ?? '')}</pre></article>`

/** A page of the mails that were sent, for people who try the service out. */
export const serveMailbox = (app: Http, mailbox: ObjectStore): void => {
  app.get('/', async (_request, reply) => {
    const mails = (await Array.fromAsync(objectsBelow(mailbox, objectKey('sent'))))
      .toSorted((a, b) => b.modifiedAt.getTime() - a.modifiedAt.getTime())
      .slice(0, mailsMax)
    const emails = await Promise.all(mails.map(({ key }) => mailOf(mailbox, key)))
    const items = emails.map(article).join('') || '<p>No mail has been sent yet.</p>'
    return reply
      .type('text/html; charset=utf-8')
      .header('content-security-policy', "default-src 'none'; style-src 'unsafe-inline'")
      .send(
        `<!doctype html><html lang="en"><meta charset="utf-8"><title>Mail</title><style>${style}</style><h1>Mail that was sent</h1>${items}</html>`,
      )
  })
}
