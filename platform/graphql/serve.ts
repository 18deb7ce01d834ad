import type { ReadCaller } from '#platform/caller.ts'
import type { ExecuteGraphql } from '#platform/graphql/execute.ts'
import { answerOverHttp } from '#platform/graphql/over-http.ts'
import type { Http } from '#platform/http.ts'

/** Puts a GraphQL service on `/graphql`: `POST` for everything, `GET` for queries. */
export const serveGraphql = (app: Http, execute: ExecuteGraphql, readCaller: ReadCaller): void => {
  app.route({
    method: ['GET', 'POST'],
    url: '/graphql',
    handler: async (request, reply) => {
      const caller = await readCaller(request.headers)
      return answerOverHttp(request, reply, (asked) => execute(asked, caller))
    },
  })
}
