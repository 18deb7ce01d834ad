import { type Caller, callerHeaders } from '#platform/contracts/viewer.ts'
import { CinegraphError, isCinegraphError, messageOf } from '#platform/errors/errors.ts'
import { asAnswer, type ExecuteGraphql, type GraphqlService, isAnswer } from '#platform/graphql/execute.ts'
import { subscribeOverSse } from '#platform/graphql/over-sse.ts'
import { traceHeaders } from '#platform/observe/tracing.ts'
import { parseExact, stringifyExact } from '#platform/text/exact-json.ts'

const deadlineMs = 5_000

/** The headers that carry a caller and the current trace to another of our processes. */
export const forwardHeaders = (caller: Caller, serviceKey: string): Readonly<Record<string, string>> => ({
  ...traceHeaders(),
  ...(caller.token === '' ? {} : { authorization: `Bearer ${caller.token}` }),
  [callerHeaders.service]: serviceKey,
  [callerHeaders.region]: caller.region,
  [callerHeaders.device]: caller.deviceId,
  ...(caller.address ? { [callerHeaders.address]: caller.address } : {}),
})

/** What a server answers to a request that is wrong in itself, whoever serves it (RFC 9110, section 15.5; RFC 6585, section 5). */
const refusals: ReadonlySet<number> = new Set([400, 413, 414, 415, 422, 431])

/** A GraphQL service on another machine. Throws SUBGRAPH_UNAVAILABLE when it does not answer within 5 s, INPUT_INVALID when it refuses the request. */
export const remoteGraphql =
  (name: string, url: string, serviceKey: string): ExecuteGraphql =>
  async (request, caller) => {
    try {
      const response = await fetch(new URL('/graphql', url), {
        method: 'POST',
        headers: { 'content-type': 'application/json', accept: 'application/json', ...forwardHeaders(caller, serviceKey) },
        body: stringifyExact(request),
        signal: AbortSignal.timeout(deadlineMs),
      })
      const answer: unknown = await response
        .text()
        .then(parseExact)
        .catch((error: unknown) => ({ error }))
      if (refusals.has(response.status) && !isAnswer(answer))
        throw new CinegraphError('INPUT_INVALID', { name: 'The request', why: `was refused by the ${name} service (${response.status})` })
      return asAnswer(answer)
    } catch (error) {
      if (isCinegraphError(error)) throw error
      throw new CinegraphError('SUBGRAPH_UNAVAILABLE', { name, why: messageOf(error) }, error)
    }
  }

/** The same with its subscriptions, which are subscribed to as server-sent events. */
export const remoteService = (name: string, url: string, serviceKey: string): GraphqlService => ({
  execute: remoteGraphql(name, url, serviceKey),
  subscribe: async function* (request, caller, signal) {
    try {
      yield* subscribeOverSse({ url: new URL('/graphql', url), headers: forwardHeaders(caller, serviceKey), request }, signal)
    } catch (error) {
      if (!signal.aborted) throw new CinegraphError('SUBGRAPH_UNAVAILABLE', { name, why: messageOf(error) }, error)
    }
  },
})
