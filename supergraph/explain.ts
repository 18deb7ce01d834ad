import type { IncomingHttpHeaders } from 'node:http'
import { GraphQLError } from 'graphql'
import { messageOf } from '#platform/errors/errors.ts'
import { parseRequest } from '#platform/graphql/request.ts'
import type { Http } from '#platform/http/server.ts'
import type { Engine } from './engine/engine.ts'
import { explainPicture, explainText } from './engine/plan/explain.ts'

/** Throws unless whoever sends these headers may see plans: making one can cost seconds. */
export type MayExplain = (headers: IncomingHttpHeaders) => Promise<void>

/** How an operation would be carried out, at `/explain`: as text, or as a picture with `?as=svg`. */
export const serveExplain = (app: Http, planOf: Engine<never>['planOf'], check: MayExplain): void => {
  app.post('/explain', async (request, reply) => {
    await check(request.headers)
    const asked = parseRequest(request.body)
    if ('why' in asked) return reply.code(400).send({ error: { code: 'INPUT_INVALID', message: asked.why } })
    try {
      const plan = await planOf(asked.request.query, asked.request.variables ?? {}, asked.request.operationName)
      const { as } = request.query as { as?: string }
      return as === 'svg'
        ? reply.type('image/svg+xml').send(explainPicture(plan))
        : reply.type('text/plain; charset=utf-8').send(explainText(plan))
    } catch (error) {
      const [first] = error instanceof AggregateError ? error.errors : [error]
      if (!(first instanceof GraphQLError)) throw error
      return reply.code(400).send({ error: { code: 'INPUT_INVALID', message: messageOf(first) } })
    }
  })
}
