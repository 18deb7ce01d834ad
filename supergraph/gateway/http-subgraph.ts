import type { IncomingHttpHeaders } from 'node:http'
import { Pool } from 'undici'
import { CinegraphError, messageOf } from '#platform/errors.ts'
import { breaker } from '#platform/resilience/breaker.ts'
import { bulkhead } from '#platform/resilience/bulkhead.ts'
import { collapse } from '#platform/resilience/collapse.ts'
import { deadline } from '#platform/resilience/deadline.ts'
import { hedge } from '#platform/resilience/hedge.ts'
import { policy, type Wrapper } from '#platform/resilience/policy.ts'
import { retry } from '#platform/resilience/retry.ts'
import { inSpan } from '#platform/spans.ts'
import { traceHeaders } from '#platform/tracing.ts'
import type { AskSubgraph, SubgraphAnswer, SubgraphRequest } from '../engine/ask.ts'
import { cachingOf } from '../engine/caching.ts'
import { compileHeaderRules } from './headers.ts'
import { fetchSeconds } from './metrics.ts'
import { type Posted, post } from './post.ts'
import type { GatewaySettings, SubgraphSettings } from './settings.ts'

/** What a request to the gateway brought that subgraphs may hear of. */
export type Incoming = { readonly headers: IncomingHttpHeaders }
export type HttpSubgraph = AsyncDisposable & { readonly ask: AskSubgraph<Incoming> }
type Deps = { readonly name: string; readonly url: string; readonly settings: GatewaySettings; readonly own: SubgraphSettings }

const retryOptions = { baseMs: 20, maxMs: 500, budget: { share: 0.1, burst: 20 } }

/** A subgraph over HTTP keep-alive, behind its own concurrency limit, circuit breaker, deadline and, for queries, retries. */
export const createHttpSubgraph = ({ name, url, settings, own }: Deps): HttpSubgraph => {
  const target = targetOf(name, own.url ?? url)
  const pool = new Pool(target.origin, {
    connections: own.concurrent ?? settings.concurrent,
    keepAliveTimeout: 30_000,
    headersTimeout: 0,
    bodyTimeout: 0,
  })
  const path = `${target.pathname}${target.search}`
  const rules = compileHeaderRules(own.headers ?? settings.headers)
  const send = async (signal: AbortSignal, request: SubgraphRequest, headers: Record<string, string>): Promise<Posted> => {
    const posted = await post(pool, { path, headers, body: request.body, signal })
    if (posted.status >= 500) throw new CinegraphError('SUBGRAPH_UNAVAILABLE', { name })
    return posted
  }
  const { forQueries, forMutations } = careful(name, { settings, own }, send)
  const once = collapse<Posted>()
  const ftv1 = settings.studio === undefined ? {} : { 'apollo-federation-include-trace': 'ftv1' }
  const seconds = fetchSeconds.labels(name)
  const ask: AskSubgraph<Incoming> = async (request, { headers: incoming }) => {
    const forwarded = rules(incoming)
    const isQuery = request.kind === 'query'
    const work = () =>
      inSpan(`fetch ${name}`, { kind: 'client', attributes: { 'graphql.subgraph.name': name } }, () =>
        (isQuery ? forQueries : forMutations)(request, {
          ...forwarded,
          ...traceHeaders(),
          ...ftv1,
          'content-type': 'application/json',
          accept: 'application/json',
        }),
      )
    const began = performance.now()
    const posted = await (isQuery && settings.dedupe ? once(`${JSON.stringify(forwarded)}${request.body}`, work) : work())
    seconds.observe((performance.now() - began) / 1000)
    const answer = read(posted.text, name)
    return settings.cache === undefined ? answer : { ...answer, caching: cachingOf(posted.headers) }
  }
  return { ask, [Symbol.asyncDispose]: () => pool.destroy() }
}

type Send = (signal: AbortSignal, request: SubgraphRequest, headers: Record<string, string>) => Promise<Posted>

/** Only what reads is tried again or hedged. */
const careful = (name: string, { settings, own }: Pick<Deps, 'settings' | 'own'>, send: Send) => {
  const attempts = (own.retries ?? settings.retries) + 1
  const outer: readonly Wrapper[] = [bulkhead({ concurrent: own.concurrent ?? settings.concurrent, queued: 1_000 })]
  const inner: readonly Wrapper[] = [breaker(), deadline({ ms: own.timeoutMs ?? settings.timeoutMs })]
  const again = attempts === 1 ? [] : [retry({ attempts, ...retryOptions })]
  const twice = own.hedgeMs === undefined ? [] : [hedge({ afterMs: own.hedgeMs })]
  return { forQueries: policy(name, ...outer, ...again, ...twice, ...inner)(send), forMutations: policy(name, ...outer, ...inner)(send) }
}

const targetOf = (name: string, url: string): URL => {
  if (URL.canParse(url) && /^https?:$/.test(new URL(url).protocol)) return new URL(url)
  throw new CinegraphError('SUPERGRAPH_INVALID', {
    why: `subgraph ${name} has no http(s) URL in it, nor at subgraphs.${name}.url of the config file`,
  })
}

const read = (text: string, name: string): SubgraphAnswer => {
  try {
    const answer: unknown = JSON.parse(text)
    if (typeof answer === 'object' && answer !== null && ('data' in answer || 'errors' in answer)) return answer as SubgraphAnswer
    throw new TypeError('it is no GraphQL answer')
  } catch (error) {
    throw new CinegraphError('SUBGRAPH_UNAVAILABLE', { name, why: messageOf(error) }, error)
  }
}
