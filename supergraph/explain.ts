import { GraphQLError } from 'graphql'
import { z } from 'zod'
import { messageOf } from '#platform/errors.ts'
import type { Http } from '#platform/http.ts'
import type { Engine } from './engine/engine.ts'
import { explainPicture, explainText } from './engine/plan/explain.ts'

const Asked = z.object({
  query: z.string().max(50_000),
  variables: z.record(z.string(), z.unknown()).nullish(),
  operationName: z.string().nullish(),
})

/** How an operation would be carried out, at `/explain`: as text, or as a picture with `?as=svg`. */
export const serveExplain = (app: Http, planOf: Engine<never>['planOf']): void => {
  app.post('/explain', async (request, reply) => {
    const asked = Asked.safeParse(request.body)
    if (!asked.success) return reply.code(400).send({ error: { code: 'INPUT_INVALID', message: 'Send an operation as `query`.' } })
    try {
      const plan = await planOf(asked.data.query, asked.data.variables ?? {}, asked.data.operationName ?? undefined)
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
