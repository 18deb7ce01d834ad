import { z } from 'zod'
import type { ReadCaller } from '#platform/caller.ts'
import { CinegraphError } from '#platform/errors.ts'
import type { ExecuteGraphql } from '#platform/graphql/execute.ts'
import type { Http } from '#platform/http.ts'

const Request = z.object({
  query: z.string().max(50_000),
  variables: z.record(z.string(), z.unknown()).nullish(),
  operationName: z.string().nullish(),
})

/** Puts a GraphQL service on `POST /graphql`. */
export const serveGraphql = (app: Http, execute: ExecuteGraphql, readCaller: ReadCaller): void => {
  app.post('/graphql', async (request, reply) => {
    const parsed = Request.safeParse(request.body)
    if (!parsed.success)
      throw new CinegraphError('INPUT_INVALID', { name: 'The request', why: 'is not a GraphQL request in JSON with a `query`' })
    const { query, variables, operationName } = parsed.data
    const answer = await execute(
      { query, ...(variables ? { variables } : {}), ...(operationName ? { operationName } : {}) },
      await readCaller(request.headers),
    )
    return reply.type('application/json; charset=utf-8').send(answer)
  })
}
