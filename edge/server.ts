import type { FastifyReply, FastifyRequest } from 'fastify'
import { CinegraphError } from '#platform/errors/errors.ts'
import { createHttp, type Http, type HttpDeps } from '#platform/http/server.ts'
import { createEdgeCache, type Fill } from './cache.ts'
import { respond } from './respond.ts'
import { createCheckToken } from './token.ts'

export type EdgeDeps = HttpDeps & { readonly streamKey: string; readonly bytesMax: number; readonly fill: Fill; readonly clock: () => Date }
type Params = { readonly token: string; readonly '*': string }

/** An edge node: `/<token>/<key>` for streams, `/art/<key>` for pictures, which need no token. Any page may read from it. */
export const createEdge = ({ streamKey, bytesMax, fill, clock, ...http }: EdgeDeps): Http => {
  const app = createHttp(http)
  const cache = createEdgeCache({ bytesMax, fill })
  const checkToken = createCheckToken(streamKey)
  allowEveryOrigin(app)
  const send = async (key: string, request: FastifyRequest, reply: FastifyReply) => {
    const found = await cache.get(key)
    if (found === null) throw new CinegraphError('NOT_FOUND', { what: 'object', id: key })
    return respond(request, reply, found)
  }
  app.get<{ Params: Pick<Params, '*'> }>('/art/*', async (request, reply) => send(`art/${request.params['*']}`, request, reply))
  app.get<{ Params: Params }>('/:token/*', async (request, reply) => {
    const { token, '*': key } = request.params
    checkToken(token, key, clock())
    return send(key, request, reply)
  })
  return app
}

const allowEveryOrigin = (app: Http): void => {
  app.addHook('onRequest', async (_request, reply) => {
    reply
      .header('access-control-allow-origin', '*')
      .header('access-control-expose-headers', 'content-length,content-range,etag,x-cache')
      .header('timing-allow-origin', '*')
    reply.header('x-content-type-options', 'nosniff').header('cross-origin-resource-policy', 'cross-origin')
  })
  app.options('/*', async (_request, reply) =>
    reply
      .code(204)
      .header('access-control-allow-methods', 'GET, HEAD, OPTIONS')
      .header('access-control-allow-headers', '*')
      .header('access-control-max-age', '86400')
      .send(),
  )
}
