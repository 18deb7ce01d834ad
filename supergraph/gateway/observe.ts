import { createHash } from 'node:crypto'
import type { GraphqlRequest } from '#platform/graphql/execute.ts'
import type { Log } from '#platform/log.ts'
import type { Answered } from '../engine/answered.ts'
import { operationSeconds } from './metrics.ts'

/** Counts an operation and, when it was slow, names it with its hash, so that it can be found and explained. */
export const observeOperation = (log: Log, slowMs: number) => {
  const seconds = { fine: operationSeconds.labels('fine'), failed: operationSeconds.labels('failed') }
  return async (request: GraphqlRequest, work: () => Promise<Answered>): Promise<Answered> => {
    const began = performance.now()
    const answer = await work()
    const ms = performance.now() - began
    seconds[answer.hasErrors ? 'failed' : 'fine'].observe(ms / 1000)
    if (ms >= slowMs)
      log.warn(
        {
          operation: request.operationName ?? 'unnamed',
          hash: createHash('sha256').update(request.query).digest('hex').slice(0, 16),
          ms: Math.round(ms),
          query: request.query.slice(0, 500),
        },
        'slow operation',
      )
    return answer
  }
}
