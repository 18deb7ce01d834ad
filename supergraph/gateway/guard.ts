import { type BreakerOptions, breaker } from '#platform/resilience/breaker.ts'
import { bulkhead } from '#platform/resilience/bulkhead.ts'
import { deadline } from '#platform/resilience/deadline.ts'
import { hedge } from '#platform/resilience/hedge.ts'
import { type Call, policy, type Wrapper } from '#platform/resilience/policy.ts'
import { retry } from '#platform/resilience/retry.ts'

export type Guard = {
  readonly concurrent: number
  readonly retries: number
  /** Absent where the call has a deadline of its own. */
  readonly timeoutMs?: number
  readonly hedgeMs?: number | undefined
  readonly breaker?: BreakerOptions
}

const queuedMax = 1_000
const retryOptions = { baseMs: 20, maxMs: 500, budget: { share: 0.1, burst: 20 } }

/** Calls to one subgraph behind a concurrency limit, a circuit breaker and a deadline. Only what reads is tried again or hedged. */
export const guarded = <A extends readonly unknown[], R>(
  name: string,
  { concurrent, retries, timeoutMs, hedgeMs, breaker: options }: Guard,
  call: Call<A, R>,
) => {
  const outer: readonly Wrapper[] = [bulkhead({ concurrent, queued: queuedMax })]
  const inner: readonly Wrapper[] = [breaker(options), ...(timeoutMs === undefined ? [] : [deadline({ ms: timeoutMs })])]
  const again = retries === 0 ? [] : [retry({ attempts: retries + 1, ...retryOptions })]
  const twice = hedgeMs === undefined ? [] : [hedge({ afterMs: hedgeMs })]
  return { forQueries: policy(name, ...outer, ...again, ...twice, ...inner)(call), forMutations: policy(name, ...outer, ...inner)(call) }
}
