import type { FastifyReply, FastifyRequest } from 'fastify'
import { counter } from '#platform/observe/metrics.ts'
import type { Held } from './cache.ts'
import { readRange } from './range.ts'

const bytesSent = counter('edge_bytes_total', 'Bytes sent to players', ['source'])

/** Sends an object, or the part of it that is asked for, as RFC 9110 says: 200, 206, 304 or 416. */
export const respond = (
  request: FastifyRequest,
  reply: FastifyReply,
  { held, hit }: { readonly held: Held; readonly hit: boolean },
): FastifyReply => {
  const { body, type, etag, cacheControl } = held
  reply
    .header('etag', etag)
    .header('cache-control', cacheControl)
    .header('accept-ranges', 'bytes')
    .header('x-cache', hit ? 'HIT' : 'MISS')
    .type(type)
  if (request.headers['if-none-match'] === etag) return reply.code(304).send()
  const condition = request.headers['if-range']
  const range = condition !== undefined && condition !== etag ? null : readRange(request.headers.range, body.length)
  const part = range === null ? body : body.subarray(range.start, range.end + 1)
  if (range !== null) reply.code(206).header('content-range', `bytes ${range.start}-${range.end}/${body.length}`)
  if (request.method === 'HEAD') return reply.header('content-length', part.length).send()
  bytesSent.inc({ source: hit ? 'memory' : 'origin' }, part.length)
  return reply.send(part)
}
