import type { TimeToLive } from '#platform/ports/cache.ts'

/** How long a value set now lives, in whole milliseconds, at least one. */
export const lifeMs = ({ seconds, jitter }: TimeToLive, random: () => number = Math.random): number =>
  Math.max(1, Math.round(seconds * 1000 * (1 - jitter * random())))
