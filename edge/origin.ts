import { isServedKey } from '#platform/contracts/object-key.ts'
import { callerHeaders } from '#platform/contracts/viewer.ts'
import { CinegraphError } from '#platform/errors/errors.ts'
import { createHttp, type Http, type HttpDeps } from '#platform/http/server.ts'
import { secretEqual } from '#platform/identity/secret-equal.ts'
import type { ByteRange, ObjectStore } from '#platform/ports/object-store.ts'
import { respond } from './respond.ts'
import { readFillTarget } from './target.ts'
import { takeUploads, type UploadPace } from './uploads.ts'

export type OriginDeps = HttpDeps & {
  readonly objects: ObjectStore
  readonly streamKey: string
  readonly serviceKey: string
  readonly clock: () => Date
  readonly pace?: UploadPace
}

/** Published objects never change: a new version has a new prefix. */
const immutable = 'public, max-age=31536000, immutable'
/** For one part of a film; how fast it has to come is watched beside. */
const uploadMs = 3_600_000

/** The object store on HTTP: edges fill from `/objects/<key>`, uploads `PUT` to the addresses that catalog signed. */
export const createOrigin = ({ objects, streamKey, serviceKey, clock, pace, ...http }: OriginDeps): Http => {
  // NOTE: all of it needs a key or a signed address, whatever name it is asked by.
  // NOTE: what comes and goes is passed on piece by piece, and never held.
  const app = createHttp({
    ...http,
    hosts: ['*'],
    connections: { heldBytesMax: Number.POSITIVE_INFINITY, requestMs: uploadMs, ...http.connections },
  })
  app.route({
    method: ['GET', 'HEAD'],
    url: '/objects/*',
    exposeHeadRoute: false,
    handler: async (request, reply) => {
      if (!secretEqual(String(request.headers[callerHeaders.service] ?? ''), serviceKey)) throw new CinegraphError('FORBIDDEN')
      const key = readFillTarget(request.raw.url ?? '')
      if (key === null || !isServedKey(key)) throw new CinegraphError('NOT_FOUND', { what: 'object', id: 'at this address' })
      const info = await objects.head(key)
      if (info === null) throw new CinegraphError('NOT_FOUND', { what: 'object', id: key })
      const about = { ...info, lastModified: info.modifiedAt.toUTCString(), cacheControl: immutable }
      const read = async (range?: ByteRange) =>
        (await objects.get(key, { ifMatch: info.etag, ...(range === undefined ? {} : { range }) }))?.body
      await respond(request, reply, { ...about, read })
      return reply
    },
  })
  takeUploads(app, { objects, streamKey, clock, pace })
  return app
}
