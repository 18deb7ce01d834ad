import type { ServerResponse } from 'node:http'
import type { FastifyReply } from 'fastify'

/** Begins an answer that is written piece by piece, with the headers that hooks have set, and gives the socket's side of it. */
export const takeOver = (reply: FastifyReply, contentType: string): ServerResponse => {
  const { raw } = reply
  for (const [name, value] of Object.entries(reply.getHeaders())) if (value !== undefined) raw.setHeader(name, value)
  reply.hijack()
  // NOTE: a proxy that keeps answers, or buffers them, would hold the pieces back.
  return raw.writeHead(200, { 'content-type': contentType, 'cache-control': 'no-store', 'x-accel-buffering': 'no' })
}
