import type { ReadCaller } from '#platform/caller.ts'
import type { Caller } from '#platform/contracts/viewer.ts'
import type { ExecuteGraphql, GraphqlRequest } from '#platform/graphql/execute.ts'
import { answerOverHttp, type JsonAnswer, jsonOf } from '#platform/graphql/over-http.ts'
import type { Http } from '#platform/http.ts'

/** Puts a GraphQL service on `/graphql`: `POST` for everything, `GET` for queries. */
export const serveGraphql = (app: Http, execute: ExecuteGraphql, readCaller: ReadCaller): void =>
  serveAnswers(app, async (request, caller) => jsonOf(await execute(request, caller)), readCaller)

/** The same for a service that writes its answers itself. */
export const serveAnswers = (
  app: Http,
  answer: (request: GraphqlRequest, caller: Caller) => Promise<JsonAnswer>,
  readCaller: ReadCaller,
): void => {
  app.route({
    method: ['GET', 'POST'],
    url: '/graphql',
    handler: async (request, reply) => {
      const caller = await readCaller(request.headers)
      return answerOverHttp(request, reply, (asked) => answer(asked, caller))
    },
  })
}
