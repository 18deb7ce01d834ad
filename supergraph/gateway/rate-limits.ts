import { RateLimiterMemory } from 'rate-limiter-flexible'
import { CinegraphError, extensionsOf } from '#platform/errors/errors.ts'
import { secondsToWait } from '#platform/resilience/seconds-to-wait.ts'
import type { Asked, Hooks } from './hook-types.ts'
import type { GatewaySettings } from './settings.ts'

type Rule = GatewaySettings['rateLimits'][number]

/** Whom a rule counts by; undefined where it does not concern an operation. */
const whose = ({ by, operation }: Rule, asked: Asked): string | undefined => {
  if (operation !== undefined && operation !== asked.operation.operationName) return undefined
  if (by === 'address') return asked.address
  if (by === 'subject') return asked.subject
  const named = asked.headers[by === 'client' ? 'apollographql-client-name' : by.slice('header:'.length).toLowerCase()]
  // NOTE: whoever gives no name is counted with all others who give none.
  return String(named ?? '')
}

/**
 * Refuses what one caller asks too often, before anything is planned, with 429 and `Retry-After` (RFC 6585, section 4).
 * NOTE: each process counts for itself.
 */
export const rateLimitHooks = (rules: readonly Rule[]): Required<Pick<Hooks, 'onRequest'>> => {
  const limits = rules.map((rule, at) => ({
    rule,
    limiter: new RateLimiterMemory({ keyPrefix: String(at), points: rule.max, duration: rule.seconds }),
  }))
  return {
    onRequest: async (asked) => {
      for (const { rule, limiter } of limits) {
        const key = whose(rule, asked)
        if (key === undefined) continue
        const seconds = await secondsToWait(limiter, key)
        if (seconds === 0) continue
        asked.answerHeaders['retry-after'] = String(seconds)
        const { message, code } = new CinegraphError('TOO_MANY_TRIES', { retryAfterSeconds: seconds })
        return { answer: { errors: [{ message, extensions: { ...extensionsOf(code), retryAfterSeconds: seconds } }] }, status: 429 }
      }
      return undefined
    },
  }
}
