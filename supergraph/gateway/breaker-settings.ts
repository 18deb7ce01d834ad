import { z } from 'zod'
import { hystrixDefaults as breakerDefaults } from '#platform/resilience/breaker.ts'

export { breakerDefaults }
/** When a subgraph is left alone: for `sleepMs`, once so many requests within `windowMs` failed so often; then one may try. */
export const Breaker = z.strictObject({
  windowMs: z.int().min(100).default(breakerDefaults.windowMs),
  requestsMin: z.int().min(1).default(breakerDefaults.requestsMin),
  errorShare: z.number().min(0).max(1.01).default(breakerDefaults.errorShare),
  sleepMs: z.int().min(0).default(breakerDefaults.sleepMs),
})
