import { type Caller, callerHeaders } from '#platform/contracts/viewer.ts'
import { CinegraphError, messageOf } from '#platform/errors/errors.ts'
import { asAnswer, type ExecuteGraphql, type GraphqlService } from '#platform/graphql/execute.ts'
import { subscribeOverSse } from '#platform/graphql/over-sse.ts'
import { traceHeaders } from '#platform/observe/tracing.ts'

const deadlineMs = 5_000

/** The headers that carry a caller and the current trace to another of our processes. */
export const forwardHeaders = (caller: Caller, serviceKey: string): Readonly<Record<string, string>> => ({
  ...traceHeaders(),
  ...(caller.token === '' ? {} : { authorization: `Bearer ${caller.token}` }),
  [callerHeaders.service]: serviceKey,
  [callerHeaders.region]: caller.region,
  [callerHeaders.device]: caller.deviceId,
})

/** A GraphQL service on another machine. Throws SUBGRAPH_UNAVAILABLE when it does not answer within 5 s. */
export const remoteGraphql =
  (name: string, url: string, serviceKey: string): ExecuteGraphql =>
  async (request, caller) => {
    try {
      const response = await fetch(new URL('/graphql', url), {
        method: 'POST',
        headers: { 'content-type': 'application/json', accept: 'application/json', ...forwardHeaders(caller, serviceKey) },
        body: JSON.stringify(request),
        signal: AbortSignal.timeout(deadlineMs),
      })
      return asAnswer(await response.json())
    } catch (error) {
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
