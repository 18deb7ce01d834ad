import type { FastifyRequest } from 'fastify'
import { isPublicKey } from '#platform/contracts/object-key.ts'
import { CinegraphError } from '#platform/errors/errors.ts'
import { allowOrigins } from '#platform/http/cors.ts'
import { createHttp, type Http, type HttpDeps } from '#platform/http/server.ts'
import type { StreamGrant } from '#platform/identity/stream-token.ts'
import { counter } from '#platform/observe/metrics.ts'
import { createEdgeCache, type Fill, type Held } from './cache.ts'
import { withinHeight } from './height.ts'
import { respond } from './respond.ts'
import { createSteering } from './steering.ts'
import { type EdgeTarget, readEdgeTarget } from './target.ts'
import { createCheckToken } from './token.ts'
import { Underway } from './underway.ts'

export type EdgeDeps = HttpDeps & {
  readonly streamKey: string
  /** What it keeps in memory, and what answers under way may hold beside that; the same, and 64 MiB at least, unless it is said. */
  readonly bytesMax: number
  readonly underwayBytesMax?: number
  readonly fill: Fill
  /** Origins of pages that may read from it: all of them (`*`) unless it is said. */
  readonly allowedOrigins?: readonly string[]
  /** All edges as players reach them, this one among them: the manifests that it serves name them. */
  readonly edges?: readonly string[]
  readonly clock: () => Date
}

type Opened = EdgeTarget & { readonly grant: StreamGrant | null }

const bytesSent = counter('edge_bytes_total', 'Bytes sent to players', ['source'])

/** An edge node: `/<token>/<key>` for streams, `/art/<key>` for pictures, which need no token. */
export const createEdge = (deps: EdgeDeps): Http => {
  const {
    streamKey,
    bytesMax,
    underwayBytesMax = Math.max(bytesMax, 67_108_864),
    fill,
    allowedOrigins = ['*'],
    edges = [],
    clock,
    ...http
  } = deps
  // NOTE: pages of every origin may read what it serves, so that its name guards nothing; a CDN in front asks by names of its own.
  // NOTE: answers that wait share their bytes, however many they are; these are counted once, by `Underway`.
  const app = createHttp({ ...http, hosts: ['*'], connections: { heldBytesMax: Number.POSITIVE_INFINITY, ...http.connections } })
  const cache = createEdgeCache({ bytesMax, fill })
  const underway = new Underway({ bytesMax: underwayBytesMax, log: http.log })
  const checkToken = createCheckToken(streamKey)
  const steering = createSteering(edges)
  letPagesRead(app, allowedOrigins)
  const opened = (request: FastifyRequest): Opened => {
    const target = readEdgeTarget(request.raw.url ?? '')
    if (target === null) throw new CinegraphError('NOT_FOUND', { what: 'object', id: 'at this address' })
    if (target.token !== null) return { ...target, grant: checkToken(target.token, target.key, clock()) }
    if (!isPublicKey(target.key)) throw new CinegraphError('STREAM_TOKEN_INVALID')
    return { ...target, grant: null }
  }
  const find = async ({ token, key, grant }: Opened): Promise<{ readonly held: Held; readonly hit: boolean } | null> => {
    if (token === null || grant === null) return cache.get(key)
    const steered = await steering.manifest(token, key)
    if (steered !== null) return { held: steered, hit: true }
    const found = await cache.get(key)
    return found === null ? null : { ...found, held: await steering.present(withinHeight(found.held, key, grant), token, key) }
  }
  app.route({
    method: ['GET', 'HEAD'],
    url: '/*',
    exposeHeadRoute: false,
    handler: async (request, reply) => {
      const target = opened(request)
      const found = await find(target)
      if (found === null) throw new CinegraphError('NOT_FOUND', { what: 'object', id: target.key })
      const { body, ...about } = found.held
      reply.header('x-cache', found.hit ? 'HIT' : 'MISS')
      if (request.method === 'GET') underway.add(reply.raw, body)
      const read = (range = { start: 0, end: body.length - 1 }): Buffer => body.subarray(range.start, range.end + 1)
      const sent = await respond(request, reply, { ...about, bytes: body.length, read })
      bytesSent.inc({ source: found.hit ? 'memory' : 'origin' }, sent)
      return reply
    },
  })
  return app
}

/** NOTE: players compare how fast edges are, and pictures are shown, also where a page's scripts may not read the bytes. */
const letPagesRead = (app: Http, origins: readonly string[]): void => {
  allowOrigins(app, {
    origins: () => origins,
    methods: ['GET', 'HEAD', 'OPTIONS'],
    headers: ['*'],
    exposed: ['content-length', 'content-range', 'etag', 'x-cache'],
    maxAgeSeconds: 86_400,
  })
  app.addHook('onRequest', (_request, reply, done) => {
    reply.header('timing-allow-origin', '*')
    reply.header('x-content-type-options', 'nosniff').header('cross-origin-resource-policy', 'cross-origin')
    done()
  })
}
