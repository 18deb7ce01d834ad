import { type RateLimiterAbstract, RateLimiterRes } from 'rate-limiter-flexible'

/** Counts one try of a key; gives how many seconds to wait when it was too many, else 0. */
export const secondsToWait = async (limiter: Pick<RateLimiterAbstract, 'consume'>, key: string): Promise<number> => {
  try {
    await limiter.consume(key)
    return 0
  } catch (refused) {
    if (!(refused instanceof RateLimiterRes)) throw refused
    return Math.max(1, Math.ceil(refused.msBeforeNext / 1000))
  }
}
