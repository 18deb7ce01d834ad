import fastifyCors from '@fastify/cors'
import type { Http } from '#platform/http/server.ts'

export type CorsOptions = {
  /** Origins of pages that may read answers, each as `https://host:port`; `*` stands for all. Read at each request. */
  readonly origins: () => readonly string[]
  readonly methods: readonly ('GET' | 'HEAD' | 'POST' | 'OPTIONS')[]
  readonly headers: readonly string[]
  readonly exposed?: readonly string[]
  /** How long a browser may remember the answer to its preflight. */
  readonly maxAgeSeconds: number
}

/**
 * Lets pages of other origins ask this server (Fetch, section "CORS protocol"). Never with credentials: who asks is said by
 * an `Authorization` header that a page sets itself, so `*` gives nobody what belongs to a member.
 */
export const allowOrigins = (app: Http, { origins, methods, headers, exposed, maxAgeSeconds }: CorsOptions): void => {
  void app.register(fastifyCors, {
    origin: (_origin, done) => {
      const allowed = origins()
      if (allowed.includes('*')) done(null, '*')
      else done(null, allowed.length === 0 ? false : [...allowed])
    },
    credentials: false,
    methods: [...methods],
    allowedHeaders: [...headers],
    ...(exposed === undefined ? {} : { exposedHeaders: [...exposed] }),
    maxAge: maxAgeSeconds,
    strictPreflight: false,
  })
}

/** For servers of GraphQL: what their clients send. */
export const allowOriginsToAsk = (app: Http, origins: CorsOptions['origins']): void =>
  allowOrigins(app, { origins, methods: ['GET', 'POST'], headers: askingHeaders, exposed: ['retry-after'], maxAgeSeconds: 600 })

const askingHeaders: readonly string[] = [
  ...['accept', 'authorization', 'content-type', 'traceparent', 'x-cinegraph-device'],
  ...['apollographql-client-name', 'apollographql-client-version'],
]
