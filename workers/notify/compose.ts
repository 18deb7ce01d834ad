import { createTransport } from 'nodemailer'
import { escapeMarkup } from '#platform/text/escape-markup.ts'
import type { Text } from './languages/messages.ts'

const composer = createTransport({ streamTransport: true, buffer: true, newline: 'unix' })
const code = /^[A-Z]{4}-[A-Z]{4}$/

const paragraph = (text: string): string => {
  const escaped = escapeMarkup(text)
  if (URL.canParse(text)) return `<p><a href="${escaped}">${escaped}</a></p>`
  return code.test(text) ? `<p style="font:700 1.75rem monospace;letter-spacing:.1em">${escaped}</p>` : `<p>${escaped}</p>`
}

const htmlOf = ({ subject, text }: Text, language: string): string =>
  `<!doctype html><html lang="${language}"><meta charset="utf-8"><title>${escapeMarkup(subject)}</title><body style="font:1rem/1.5 system-ui,sans-serif;color:#111;max-width:36rem">${text.split('\n\n').map(paragraph).join('\n')}</body></html>`

/** A mail as it is sent (RFC 5322): the same words as text and as HTML. */
export const compose = async (email: string, message: Text, language: string): Promise<Buffer> => {
  const { subject, text } = message
  const parts = { subject, text: `${text}\n`, html: htmlOf(message, language), headers: { 'Content-Language': language } }
  const sent = await composer.sendMail({ from: 'Cinegraph <hello@cinegraph.example>', to: email, ...parts })
  if (!Buffer.isBuffer(sent.message)) throw new TypeError('The mail was not composed into a buffer')
  return sent.message
}
