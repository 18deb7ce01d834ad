import type { ObjectKey } from '#platform/contracts/object-key.ts'
import { callerHeaders } from '#platform/contracts/viewer.ts'
import { CinegraphError } from '#platform/errors/errors.ts'
import { counter } from '#platform/observe/metrics.ts'
import { traceHeaders } from '#platform/observe/tracing.ts'
import { deadline } from '#platform/resilience/deadline.ts'
import { policy } from '#platform/resilience/policy.ts'
import { retry } from '#platform/resilience/retry.ts'
import type { Fill } from './cache.ts'
import { fillTargetOf } from './target.ts'

const fills = counter('edge_fills_total', 'Objects fetched from the origin', ['outcome'])

/** Fetches objects from the origin: three tries within 8 s, then ORIGIN_UNAVAILABLE. Null for an object that is not there. */
export const fillFromOrigin = (originUrl: string, serviceKey: string): Fill => {
  const ask = policy('origin', deadline({ ms: 8_000 }), retry({ attempts: 3, baseMs: 100, maxMs: 1_000 }))
  return ask(async (signal, key: ObjectKey) => {
    const response = await fetch(new URL(fillTargetOf(key), originUrl), {
      headers: { [callerHeaders.service]: serviceKey, ...traceHeaders() },
      signal,
    }).catch((error: unknown) => {
      fills.inc({ outcome: 'unreachable' })
      throw new CinegraphError('ORIGIN_UNAVAILABLE', {}, error)
    })
    fills.inc({ outcome: String(response.status) })
    if (response.status === 404 || response.status === 400) return null
    if (!response.ok) throw new CinegraphError('ORIGIN_UNAVAILABLE')
    const header = (name: string, otherwise: string) => response.headers.get(name) ?? otherwise
    return {
      body: Buffer.from(await response.arrayBuffer()),
      type: header('content-type', 'application/octet-stream'),
      etag: header('etag', ''),
      lastModified: header('last-modified', ''),
      cacheControl: header('cache-control', 'no-store'),
    }
  })
}
