import { RateLimiterMemory, RateLimiterRes } from 'rate-limiter-flexible'

/** How often a key may try within some time. */
export type TryRule = { readonly max: number; readonly seconds: number }
/** Counts tries of keys in the memory of this process. */
export type Tries = {
  /** Counts one; gives how many seconds to wait when it was too many, else 0. */
  readonly take: (key: string) => Promise<number>
  /** Takes one back that should not have counted. */
  readonly giveBack: (key: string) => Promise<void>
}

export const createTries = ({ max, seconds }: TryRule): Tries => {
  const limiter = new RateLimiterMemory({ points: max, duration: seconds })
  return {
    take: async (key) => {
      try {
        await limiter.consume(key)
        return 0
      } catch (refused) {
        if (!(refused instanceof RateLimiterRes)) throw refused
        return Math.max(1, Math.ceil(refused.msBeforeNext / 1000))
      }
    },
    giveBack: async (key) => void (await limiter.reward(key)),
  }
}
