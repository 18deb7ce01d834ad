import { Pool } from 'undici'
import { CinegraphError } from '#platform/errors.ts'
import { breaker } from '#platform/resilience/breaker.ts'
import { bulkhead } from '#platform/resilience/bulkhead.ts'
import { deadline } from '#platform/resilience/deadline.ts'
import { hedge } from '#platform/resilience/hedge.ts'
import { policy, type Wrapper } from '#platform/resilience/policy.ts'
import { retry } from '#platform/resilience/retry.ts'
import type { SubgraphRequest } from '../engine/ask.ts'
import { type Posted, post } from './post.ts'
import type { GatewaySettings, SubgraphSettings } from './settings.ts'

type Deps = { readonly name: string; readonly url: string; readonly settings: GatewaySettings; readonly own: SubgraphSettings }
/** One deployed version of a subgraph, at one address. */
export type SubgraphVersion = AsyncDisposable & {
  readonly send: (request: SubgraphRequest, headers: Record<string, string>) => Promise<Posted>
}

const retryOptions = { baseMs: 20, maxMs: 500, budget: { share: 0.1, burst: 20 } }

/** Over HTTP keep-alive, behind its own concurrency limit, circuit breaker, deadline and, for queries, retries. */
export const openVersion = ({ name, url, settings, own }: Deps): SubgraphVersion => {
  const target = targetOf(name, url)
  const pool = new Pool(target.origin, {
    connections: own.concurrent ?? settings.concurrent,
    keepAliveTimeout: 30_000,
    headersTimeout: 0,
    bodyTimeout: 0,
  })
  const path = `${target.pathname}${target.search}`
  const { forQueries, forMutations } = careful(name, { settings, own }, async (signal, request, headers) => {
    const posted = await post(pool, { path, headers, body: request.body, signal })
    if (posted.status >= 500) throw new CinegraphError('SUBGRAPH_UNAVAILABLE', { name })
    return posted
  })
  return {
    send: (request, headers) => (request.kind === 'query' ? forQueries : forMutations)(request, headers),
    [Symbol.asyncDispose]: () => pool.destroy(),
  }
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
