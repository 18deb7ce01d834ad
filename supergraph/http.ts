import { CinegraphError } from '#platform/errors/errors.ts'
import { serveAnswers } from '#platform/graphql/serve.ts'
import { createHttp, type Http, type HttpDeps } from '#platform/http/server.ts'
import type { ReadCaller } from '#platform/identity/caller.ts'
import { serveExplain } from './explain.ts'
import { serveExplorer } from './explorer.ts'
import { serveWebSocket } from './gateway/streams.ts'
import type { Supergraph } from './server.ts'

export type SupergraphHttpDeps = Omit<HttpDeps, 'name'> & {
  readonly supergraph: Supergraph
  readonly readCaller: ReadCaller
  /** Who may have plans made: everyone where there is only the demo, operators elsewhere. */
  readonly explain: 'everyone' | 'operators'
}

/** The supergraph on HTTP, with its Explorer page. Apollo Sandbox, another origin, may ask it too. */
export const createSupergraphHttp = ({ supergraph, readCaller, explain, ...deps }: SupergraphHttpDeps): Http => {
  const app = createHttp({ name: 'supergraph', ...deps })
  app.addHook('onRequest', async (request, reply) => {
    if (request.headers.origin !== 'https://studio.apollographql.com') return
    reply
      .header('access-control-allow-origin', request.headers.origin)
      .header('access-control-allow-headers', 'authorization,content-type,x-cinegraph-device')
      .header('vary', 'origin')
  })
  app.options('/graphql', async (_request, reply) => reply.code(204).header('access-control-allow-methods', 'POST').send())
  serveAnswers(app, supergraph, readCaller)
  serveWebSocket(app, { subscribe: supergraph.subscribe, contextOf: readCaller })
  serveExplain(app, supergraph.planOf, async (headers) => {
    if (explain === 'operators' && !(await readCaller(headers)).viewer?.operator) throw new CinegraphError('FORBIDDEN')
  })
  serveExplorer(app)
  app.get('/', async (_request, reply) => reply.redirect('/explorer'))
  return app
}
