import type { OutgoingHttpHeaders, ServerResponse } from 'node:http'
import type { FastifyReply } from 'fastify'

/** Begins an answer that is written piece by piece, with the headers that hooks have set, and gives the socket's side of it. */
export const takeOver = (reply: FastifyReply, head: OutgoingHttpHeaders): ServerResponse => {
  const { raw } = reply
  for (const [name, value] of Object.entries(reply.getHeaders())) if (value !== undefined) raw.setHeader(name, value)
  reply.hijack()
  return raw.writeHead(200, head)
}
