import { pipeline, type Readable, Transform } from 'node:stream'
import { createBrotliDecompress, createGunzip, createInflate, createZstdDecompress } from 'node:zlib'
import type { Http } from '#platform/http/server.ts'

const decoders = {
  gzip: createGunzip,
  'x-gzip': createGunzip,
  br: createBrotliDecompress,
  zstd: createZstdDecompress,
  deflate: createInflate,
}

const fault = (statusCode: number, message: string): Error => Object.assign(new Error(message), { statusCode })

/**
 * Reads bodies that clients compressed (RFC 9110, section 8.4). The limit of a body holds for what it is decoded to. Files
 * (GraphQL multipart request specification) are refused in words.
 */
export const readEncodedBodies = (app: Http): void => {
  app.addHook('preParsing', (request, _reply, payload, done) => {
    const coding = request.headers['content-encoding']?.trim().toLowerCase()
    if (coding === undefined || coding === 'identity' || coding === '') return done(null, payload)
    const create = Object.hasOwn(decoders, coding) ? decoders[coding as keyof typeof decoders] : undefined
    if (create === undefined)
      return done(fault(415, `A request is compressed by ${Object.keys(decoders).join(', ')}, or not at all.`), payload)
    done(null, decoded(payload, create()))
  })
  app.addContentTypeParser('multipart/form-data', (_request, _payload, done) =>
    done(
      fault(415, 'Files are not uploaded through GraphQL here. Send a request as application/json, and a file to where an operation says.'),
    ),
  )
}

/** NOTE: Fastify compares the bytes that came with the length that was declared. */
const decoded = (payload: Readable, decoder: Transform): Readable => {
  const result = Object.assign(decoder, { receivedEncodedLength: 0 })
  const counted = new Transform({
    transform(chunk: Buffer, _encoding, next) {
      result.receivedEncodedLength += chunk.length
      next(null, chunk)
    },
  })
  pipeline(payload, counted, result, (error) => {
    if (error) result.destroy(fault(400, 'The compressed body of the request cannot be read.'))
  })
  return result
}
