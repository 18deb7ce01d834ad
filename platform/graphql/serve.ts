import type { Caller } from '#platform/contracts/viewer.ts'
import type { GraphqlRequest, GraphqlService, SubscribeGraphql } from '#platform/graphql/execute.ts'
import { answerOverHttp, type JsonAnswer, jsonOf } from '#platform/graphql/over-http.ts'
import { type AnswerPart, answerInParts, type PartsFormat, wantsParts } from '#platform/graphql/over-multipart.ts'
import { answerAsEvents, wantsEvents } from '#platform/graphql/over-sse.ts'
import type { Http } from '#platform/http/server.ts'
import type { ReadCaller } from '#platform/identity/caller.ts'

/** Puts a GraphQL service on `/graphql`: `POST` for everything, `GET` for queries, server-sent events for who accepts them. */
export const serveGraphql = (
  app: Http,
  { execute, subscribe }: Pick<GraphqlService, 'execute'> & Partial<GraphqlService>,
  readCaller: ReadCaller,
): void => {
  const answer: Answers['answer'] = async (request, caller) => jsonOf(await execute(request, caller))
  serveAnswers(app, { answer, ...(subscribe === undefined ? {} : { subscribe: asJson(subscribe) }) }, readCaller)
}

const asJson = (subscribe: SubscribeGraphql): NonNullable<Answers['subscribe']> =>
  async function* (request, caller, signal) {
    for await (const each of subscribe(request, caller, signal)) yield jsonOf(each)
  }

export type Answers = {
  readonly answer: (request: GraphqlRequest, caller: Caller) => Promise<JsonAnswer>
  readonly subscribe?: (request: GraphqlRequest, caller: Caller, signal: AbortSignal) => AsyncIterable<JsonAnswer>
  /** The answers to an operation that defers some of it. */
  readonly inParts?: (request: GraphqlRequest, caller: Caller, format: PartsFormat) => AsyncIterable<AnswerPart>
}

/** The same for a service that writes its answers itself. */
export const serveAnswers = (app: Http, { answer, subscribe, inParts }: Answers, readCaller: ReadCaller): void => {
  app.route({
    method: ['GET', 'POST'],
    url: '/graphql',
    handler: async (request, reply) => {
      const caller = await readCaller(request.headers, request.ip)
      if (subscribe !== undefined && wantsEvents(request))
        return answerAsEvents(request, reply, (asked, signal) => subscribe(asked, caller, signal))
      if (inParts !== undefined && wantsParts(request))
        return answerInParts(request, reply, (asked, format) => inParts(asked, caller, format))
      return answerOverHttp(request, reply, (asked) => answer(asked, caller))
    },
  })
}
