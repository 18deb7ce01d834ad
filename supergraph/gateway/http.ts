import type { Logger } from 'pino'
import { answerOverHttp } from '#platform/graphql/over-http.ts'
import { createHttp, type Http } from '#platform/http.ts'
import { serveExplorer } from '../explorer.ts'
import { createAdmission } from './admission.ts'
import type { Versions } from './versions.ts'

export type GatewayHttpDeps = { readonly versions: Versions; readonly log: Logger }

/** A supergraph of anybody's subgraphs on HTTP, with its Explorer page. */
export const createGatewayHttp = ({ versions, log }: GatewayHttpDeps): Http => {
  const app = createHttp({ name: 'gateway', log })
  const admission = createAdmission()
  app.addHook('onClose', async () => admission[Symbol.dispose]())
  app.route({
    method: ['GET', 'POST'],
    url: '/graphql',
    handler: (request, reply) =>
      admission.run(() =>
        versions.use((gateway) => answerOverHttp(request, reply, (asked) => gateway.execute(asked, { headers: request.headers }))),
      ),
  })
  serveExplorer(app)
  app.get('/', async (_request, reply) => reply.redirect('/explorer'))
  return app
}
