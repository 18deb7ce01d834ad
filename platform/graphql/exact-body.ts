import type { Http } from '#platform/http/server.ts'
import { mayHaveLarge, parseExact } from '#platform/text/exact-json.ts'

/** Reads JSON bodies without rounding integers beyond 2⁵³: they become bigints. Everything else is read, and refused, as Fastify does. */
export const readExactBodies = (app: Http): void => {
  const parse = app.getDefaultJsonParser('error', 'error')
  app.addContentTypeParser('application/json', { parseAs: 'string' }, (request, body, done) => {
    const text = String(body)
    parse(request, text, mayHaveLarge(text) ? (error, value) => done(error, error ? value : parseExact(text)) : done)
  })
}
