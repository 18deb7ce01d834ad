import type { FastifyReply, FastifyRequest } from 'fastify'
import { isCinegraphError } from '#platform/errors/errors.ts'
import type { ByteRange } from '#platform/ports/object-store.ts'
import { type Decision, decide, type Selected } from './decide.ts'

/** An object, and how a part of it is read; without a range, all of it. */
export type Representation = Selected & {
  readonly type: string
  readonly cacheControl: string
  readonly read: (range?: ByteRange) => unknown
}

/** Sends an object, or the part of it that is asked for, as RFC 9110 says: 200, 206, 304, 412 or 416. Gives the bytes sent. */
export const respond = async (request: FastifyRequest, reply: FastifyReply, representation: Representation): Promise<number> => {
  const { bytes, type, etag, lastModified, cacheControl, read } = representation
  const decision = decideOrSayBytes(request, reply, representation)
  reply.header('etag', etag).header('cache-control', cacheControl).header('accept-ranges', 'bytes').code(decision.status)
  if (lastModified !== '') reply.header('last-modified', lastModified)
  if (decision.status === 304) return done(reply)
  if (decision.status === 412) return done(reply.removeHeader('cache-control'))
  const range = decision.status === 206 ? decision.range : undefined
  const length = range === undefined ? bytes : range.end - range.start + 1
  if (range !== undefined) reply.header('content-range', `bytes ${range.start}-${range.end}/${bytes}`)
  reply.type(type).header('content-length', length)
  if (request.method === 'HEAD') return done(reply)
  reply.send(await read(range))
  return length
}

const done = (reply: FastifyReply): number => {
  reply.send()
  return 0
}

/** A range beyond the object is refused with how long the object is (section 15.5.17). */
const decideOrSayBytes = (request: FastifyRequest, reply: FastifyReply, selected: Selected): Decision => {
  try {
    return decide(request, selected)
  } catch (error) {
    if (isCinegraphError(error)) reply.header('content-range', `bytes */${selected.bytes}`)
    throw error
  }
}
