import { callerHeaders } from '#platform/contracts/viewer.ts'
import { CinegraphError, isCinegraphError } from '#platform/errors/errors.ts'
import { createHttp, type Http, type HttpDeps } from '#platform/http/server.ts'
import { secretEqual } from '#platform/identity/secret-equal.ts'
import { checkUploadPath } from '#platform/identity/stream-token.ts'
import type { ObjectStore } from '#platform/ports/object-store.ts'
import { mediaType } from './media-type.ts'

export type OriginDeps = HttpDeps & {
  readonly objects: ObjectStore
  readonly streamKey: string
  readonly serviceKey: string
  readonly clock: () => Date
}
type Key = { readonly Params: { readonly '*': string } }

const partBytesMax = 16 * 1024 * 1024
/** Published objects never change: a new version has a new prefix. */
const immutable = 'public, max-age=31536000, immutable'

/** The object store on HTTP: edges fill from `/objects/<key>`, uploads `PUT` to the addresses that catalog signed. */
export const createOrigin = ({ objects, streamKey, serviceKey, clock, ...http }: OriginDeps): Http => {
  const app = createHttp(http)
  app.addContentTypeParser('application/octet-stream', (_request, payload, done) => done(null, payload))
  app.get<Key>('/objects/*', async (request, reply) => {
    if (!secretEqual(String(request.headers[callerHeaders.service] ?? ''), serviceKey)) throw new CinegraphError('FORBIDDEN')
    const key = request.params['*']
    const info = await objects.head(key)
    if (info === null) throw new CinegraphError('NOT_FOUND', { what: 'object', id: key })
    reply.type(mediaType(key)).header('etag', info.etag).header('cache-control', immutable).header('content-length', info.bytes)
    return reply.send(await objects.get(key))
  })
  app.put<Key & { readonly Querystring: { readonly expires?: string; readonly signature?: string } }>(
    '/upload/*',
    { bodyLimit: partBytesMax },
    async (request, reply) => {
      const key = request.params['*']
      const { expires = '', signature = '' } = request.query
      checkUploadPath(key, { expires, signature }, { key: streamKey, now: clock() })
      if (Number(request.headers['content-length'] ?? Number.NaN) > partBytesMax || request.headers['content-length'] === undefined)
        throw new CinegraphError('INPUT_INVALID', { name: 'The part', why: `has a content-length of at most ${partBytesMax} bytes` })
      const info = await objects.put(key, request.raw).catch((error: unknown) => {
        throw isCinegraphError(error) ? error : new CinegraphError('UPLOAD_INCOMPLETE', { part: key }, error)
      })
      return reply.code(200).header('etag', info.etag).send({ bytes: info.bytes })
    },
  )
  return app
}
