import { Pool } from 'undici'
import { CinegraphError } from '#platform/errors/errors.ts'
import type { SubgraphRequest } from '../engine/ask.ts'
import { guarded } from './guard.ts'
import { type Posted, post } from './post.ts'
import type { GatewaySettings, SubgraphSettings } from './settings.ts'

type Deps = { readonly name: string; readonly url: string; readonly settings: GatewaySettings; readonly own: SubgraphSettings }
/** One deployed version of a subgraph, at one address. */
export type SubgraphVersion = AsyncDisposable & {
  readonly send: (request: SubgraphRequest, headers: Record<string, string>) => Promise<Posted>
}

/** Over HTTP keep-alive, behind its own concurrency limit, circuit breaker, deadline and, for queries, retries. */
export const openVersion = ({ name, url, settings, own }: Deps): SubgraphVersion => {
  const target = targetOf(name, url)
  const concurrent = own.concurrent ?? settings.concurrent
  const pool = new Pool(target.origin, {
    connections: concurrent,
    keepAliveTimeout: 30_000,
    headersTimeout: 0,
    bodyTimeout: 0,
  })
  const path = `${target.pathname}${target.search}`
  const guard = {
    concurrent,
    retries: own.retries ?? settings.retries,
    timeoutMs: own.timeoutMs ?? settings.timeoutMs,
    hedgeMs: own.hedgeMs,
    breaker: own.breaker ?? settings.breaker,
  }
  const send = async (signal: AbortSignal, request: SubgraphRequest, headers: Record<string, string>): Promise<Posted> => {
    const posted = await post(pool, { path, headers, body: request.body, signal, bytesMax: settings.limits.answerBytesMax })
    if (posted.status >= 500) throw new CinegraphError('SUBGRAPH_UNAVAILABLE', { name })
    return posted
  }
  const { forQueries, forMutations } = guarded(name, guard, send)
  return {
    send: (request, headers) => (request.kind === 'query' ? forQueries : forMutations)(request, headers),
    [Symbol.asyncDispose]: () => pool.destroy(),
  }
}

const targetOf = (name: string, url: string): URL => {
  if (URL.canParse(url) && /^https?:$/.test(new URL(url).protocol)) return new URL(url)
  throw new CinegraphError('SUPERGRAPH_INVALID', {
    why: `subgraph ${name} has no http(s) URL in it, nor at subgraphs.${name}.url of the config file`,
  })
}
