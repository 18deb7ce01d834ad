import { extensionsOf } from '#platform/errors/errors.ts'
import { readJson } from '#platform/graphql/request.ts'
import type { Http } from '#platform/http/server.ts'
import type { FindDocument } from './registered.ts'

/** Puts the text of a registered document into requests that name one, and refuses what is not registered where only that is answered. */
export const fillDocuments = (app: Http, find: FindDocument): void => {
  app.addHook('preHandler', (request, reply, done) => {
    if (request.routeOptions.url !== '/graphql') return done()
    const asked = (request.method === 'GET' ? request.query : request.body) as Record<string, unknown> | null | undefined
    if (typeof asked !== 'object' || asked === null || Array.isArray(asked)) return done()
    // NOTE: what names nothing at all is refused as the specification says for the media type that is wanted.
    if (asked.query !== undefined && typeof asked.query !== 'string') return done()
    if (asked.query === undefined && asked.documentId === undefined && asked.extensions === undefined) return done()
    const found = find({ ...asked, extensions: readJson(asked.extensions) })
    if ('query' in found) {
      asked.query = found.query
      return done()
    }
    const { message, code } = found.refusal
    void reply
      .code(200)
      .type('application/json; charset=utf-8')
      .send({ errors: [{ message, extensions: extensionsOf(code) }] })
  })
}
