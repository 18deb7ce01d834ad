import { Transform } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import type { FastifyRequest } from 'fastify'
import { closedUploadOf } from '#platform/contracts/object-key.ts'
import { CinegraphError, isCinegraphError } from '#platform/errors/errors.ts'
import type { Http } from '#platform/http/server.ts'
import { readUploadTarget, type UploadGrant } from '#platform/identity/stream-token.ts'
import type { ObjectStore } from '#platform/ports/object-store.ts'

/** How slowly a part may come: so many bytes in each so many milliseconds. */
export type UploadPace = { readonly bytes: number; readonly everyMs: number }
/** A line of 70 kbit/s; a line slower than that never gets a film through. */
const slowest: UploadPace = { bytes: 256 * 1024, everyMs: 30_000 }

export type UploadRoutesDeps = {
  readonly objects: ObjectStore
  readonly streamKey: string
  readonly clock: () => Date
  readonly pace?: UploadPace | undefined
}

/**
 * `PUT /upload/<key>`: stores the body, byte for byte, whatever its content type says. It must have exactly the bytes that
 * the address was signed for; else nothing is stored. `HEAD` says whether it is there.
 */
export const takeUploads = (app: Http, { objects, streamKey, clock, pace = slowest }: UploadRoutesDeps): void => {
  const granted = (request: FastifyRequest): UploadGrant => {
    const grant = readUploadTarget(request.raw.url ?? '', streamKey)
    if (grant.expiresAt <= clock()) throw new CinegraphError('UPLOAD_ADDRESS_EXPIRED')
    return grant
  }
  void app.register(async (uploads) => {
    // NOTE: a parser of a content type would take the bytes; all bodies are left on the socket, also malformed types.
    uploads.addHook('onRequest', async ({ raw }) => void delete raw.headers['content-type'])
    uploads.removeAllContentTypeParsers()
    uploads.addContentTypeParser('*', (_request, payload, done) => done(null, payload))
    uploads.put('/upload/*', async (request, reply) => {
      const grant = granted(request)
      checkHeaders(request, grant)
      await checkOpen(objects, grant)
      using _watch = endWhenSlow(request, pace)
      const info = await store(request, grant, objects)
      return reply.code(200).header('etag', info.etag).send({ bytes: info.bytes })
    })
    uploads.head('/upload/*', async (request, reply) => {
      const { key } = granted(request)
      const info = await objects.head(key)
      if (info === null) throw new CinegraphError('NOT_FOUND', { what: 'part', id: key })
      return reply.header('etag', info.etag).header('content-length', info.bytes).send()
    })
  })
}

/** Ends the connection of a part that comes too slowly: it would hold its place for as long as its client likes. */
const endWhenSlow = ({ raw }: FastifyRequest, { bytes, everyMs }: UploadPace): Disposable => {
  const { socket } = raw
  let before = socket.bytesRead
  const watch = setInterval(() => {
    if (!raw.complete && socket.bytesRead - before < bytes) socket.destroy()
    before = socket.bytesRead
  }, everyMs)
  return { [Symbol.dispose]: () => clearInterval(watch) }
}

const wrongSize = (bytes: number) => new CinegraphError('INPUT_INVALID', { name: 'The part', why: `must have exactly ${bytes} bytes` })

const checkHeaders = ({ headers }: FastifyRequest, { bytes }: UploadGrant): void => {
  if (headers['content-encoding'] !== undefined && headers['content-encoding'] !== 'identity')
    throw new CinegraphError('INPUT_INVALID', { name: 'The part', why: 'must be sent without a content-encoding' })
  if (headers['content-range'] !== undefined)
    throw new CinegraphError('INPUT_INVALID', { name: 'The part', why: 'must be sent all at once, without a content-range' })
  if (headers['content-length'] !== undefined && Number(headers['content-length']) !== bytes) throw wrongSize(bytes)
}

const store = async ({ raw }: FastifyRequest, { key, bytes }: UploadGrant, objects: ObjectStore) => {
  // NOTE: also when all of it has arrived: the upload may have been finished meanwhile, by whoever sent the part before.
  const counted = exactly(bytes, () => checkOpen(objects, { key }))
  const [, info] = await Promise.all([pipeline(raw, counted), objects.put(key, counted)]).catch((error: unknown) => {
    throw isCinegraphError(error) ? error : new CinegraphError('UPLOAD_INCOMPLETE', { part: key }, error)
  })
  return info
}

/** An address is good for as long as its upload is open. Throws UPLOAD_CLOSED. */
const checkOpen = async (objects: ObjectStore, { key }: Pick<UploadGrant, 'key'>): Promise<void> => {
  if ((await objects.head(closedUploadOf(key))) !== null) throw new CinegraphError('UPLOAD_CLOSED')
}

/** Passes bytes on, and fails unless there are exactly so many and the last check passes. */
const exactly = (bytes: number, check: () => Promise<void>): Transform => {
  let seen = 0
  return new Transform({
    transform: (chunk: Buffer, _encoding, done) => {
      seen += chunk.length
      if (seen > bytes) done(wrongSize(bytes))
      else done(null, chunk)
    },
    flush: (done) => {
      if (seen !== bytes) return done(wrongSize(bytes))
      check().then(() => done(null), done)
    },
  })
}
