import type { IncomingHttpHeaders } from 'node:http'
import { GraphQLError } from 'graphql'
import type { GraphqlRequest } from '#platform/graphql/execute.ts'
import { parseParameters } from '#platform/graphql/request.ts'
import type { Http } from '#platform/http/server.ts'
import { explainPicture, explainText } from './engine/plan/explain.ts'
import type { PlanNode } from './engine/plan/planner.ts'
import { anyDocument, type Documents } from './gateway/documents.ts'

export type Explaining = {
  /** The plan of an operation for whoever sends these headers, within the limits that an answer would have. Throws for whom it is not shown. */
  readonly planFor: (request: GraphqlRequest, headers: IncomingHttpHeaders) => Promise<PlanNode | null>
  readonly documents?: Documents
}

/** How an operation would be carried out, at `/explain`: as text, or as a picture with `?as=svg`. */
export const serveExplain = (app: Http, { planFor, documents = anyDocument }: Explaining): void => {
  app.post('/explain', async (request, reply) => {
    const refuse = (code: string, message: string) => reply.code(400).send({ error: { code, message } })
    const asked = parseParameters(request.body)
    if ('why' in asked) return refuse('INPUT_INVALID', asked.why)
    const found = documents(asked.parameters)
    if ('refusal' in found) return refuse(found.code, found.refusal)
    try {
      const plan = await planFor({ ...asked.parameters, query: found.query }, request.headers)
      const { as } = request.query as { as?: string }
      return as === 'svg'
        ? reply.type('image/svg+xml').send(explainPicture(plan))
        : reply.type('text/plain; charset=utf-8').send(explainText(plan))
    } catch (error) {
      const [first] = error instanceof AggregateError ? error.errors : [error]
      if (!(first instanceof GraphQLError)) throw error
      return refuse(String(first.extensions.code ?? 'INPUT_INVALID'), first.message)
    }
  })
}
