/** How many zones a write waits for, as EVCache names it. */
export type Latch = 'one' | 'quorum' | 'all-but-one' | 'all'

const countOf = (latch: Latch, zones: number): number =>
  ({ one: 1, quorum: Math.floor(zones / 2) + 1, 'all-but-one': Math.max(1, zones - 1), all: zones })[latch]

/**
 * Resolves when as many zones have taken a write as the latch wants and the nearest has answered, or when all have answered. Gives whether
 * enough have taken it. The writes give undefined for a zone that is away, and never reject; the first is that of the nearest zone.
 */
export const awaitLatch = (latch: Latch, writes: readonly Promise<unknown>[]): Promise<boolean> => {
  const wanted = countOf(latch, writes.length)
  const seen = { taken: 0, answered: 0, isNearest: false }
  return new Promise((resolve) => {
    for (const [at, write] of writes.entries())
      void write.then((taken) => {
        seen.answered += 1
        if (taken !== undefined) seen.taken += 1
        if (at === 0) seen.isNearest = true
        if ((seen.taken >= wanted && seen.isNearest) || seen.answered === writes.length) resolve(seen.taken >= wanted)
      })
  })
}
