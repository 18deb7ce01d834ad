import { CinegraphError } from '#platform/errors/errors.ts'
import { readExactBodies } from '#platform/graphql/exact-body.ts'
import { serveAnswers } from '#platform/graphql/serve.ts'
import { allowOriginsToAsk } from '#platform/http/cors.ts'
import { createHttp, type Http, type HttpDeps } from '#platform/http/server.ts'
import type { ReadCaller } from '#platform/identity/caller.ts'
import type { Config } from '#platform/settings/config.ts'
import { serveExplain } from './explain.ts'
import { serveExplorer } from './explorer.ts'
import { serveWebSocket } from './gateway/streams.ts'
import type { Supergraph } from './server.ts'

export type SupergraphHttpDeps = Omit<HttpDeps, 'name'> & {
  readonly supergraph: Supergraph
  readonly readCaller: ReadCaller
  /** Who may have plans made: everyone where there is only the demo, operators elsewhere. */
  readonly explain: 'everyone' | 'operators'
  /** Origins of pages that may ask it; `*` stands for all. Apollo Sandbox always may. */
  readonly allowedOrigins: readonly string[]
}

/** By the settings, and the address at which people reach it: pages there may open WebSockets also behind a proxy. */
export const allowedOriginsFrom = ({ corsOrigins, publicSupergraphUrl }: Pick<Config, 'corsOrigins' | 'publicSupergraphUrl'>) => [
  ...corsOrigins,
  ...(publicSupergraphUrl === '' ? [] : [publicSupergraphUrl]),
]

const sandbox = 'https://studio.apollographql.com'

/** The supergraph on HTTP, with its Explorer page. */
export const createSupergraphHttp = ({ supergraph, readCaller, explain, allowedOrigins, ...deps }: SupergraphHttpDeps): Http => {
  const app = createHttp({ name: 'supergraph', ...deps })
  readExactBodies(app)
  allowOriginsToAsk(app, () => [sandbox, ...allowedOrigins])
  serveAnswers(app, supergraph, readCaller)
  serveWebSocket(app, {
    subscribe: supergraph.subscribe,
    contextOf: readCaller,
    hosts: deps.hosts ?? [],
    origins: [sandbox, ...allowedOrigins],
  })
  serveExplain(app, {
    planFor: async (asked, headers) => {
      const caller = await readCaller(headers)
      if (explain === 'operators' && !caller.viewer?.operator) throw new CinegraphError('FORBIDDEN')
      return supergraph.explain(asked, caller)
    },
  })
  serveExplorer(app)
  app.get('/', async (_request, reply) => reply.redirect('/explorer'))
  return app
}
