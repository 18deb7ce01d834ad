import type { ServerResponse } from 'node:http'
import type { FastifyReply } from 'fastify'

/** Begins an answer that is written piece by piece, with the headers that hooks have set, and gives the socket's side of it. */
export const takeOver = (reply: FastifyReply, contentType: string): ServerResponse => {
  const { raw } = reply
  for (const [name, value] of Object.entries(reply.getHeaders())) if (value !== undefined) raw.setHeader(name, value)
  reply.hijack()
  // NOTE: a client that leaves while a piece is on its way makes the next write fail; nobody else listens for that.
  raw.on('error', () => raw.destroy())
  // NOTE: a proxy that keeps answers, or buffers them, would hold the pieces back.
  return raw.writeHead(200, { 'content-type': contentType, 'cache-control': 'no-store', 'x-accel-buffering': 'no' })
}
