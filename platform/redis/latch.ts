/** How many zones a write waits for, as EVCache names it. */
export type Latch = 'one' | 'quorum' | 'all-but-one' | 'all'

const countOf = (latch: Latch, zones: number): number =>
  ({ one: 1, quorum: Math.floor(zones / 2) + 1, 'all-but-one': Math.max(1, zones - 1), all: zones })[latch]

/**
 * Resolves when as many zones have taken a write as the latch wants and the nearest has answered, or when all have answered. Gives whether
 * enough have taken it. The writes give undefined for a zone that is away, and never reject; the first is that of the nearest zone.
 */
export const awaitLatch = async (latch: Latch, writes: readonly Promise<unknown>[]): Promise<boolean> => {
  const wanted = countOf(latch, writes.length)
  let taken = 0
  const enough = Promise.withResolvers<void>()
  const counted = writes.map(async (write) => {
    if ((await write) !== undefined) taken += 1
    if (taken >= wanted) enough.resolve()
  })
  await Promise.race([Promise.all([enough.promise, counted[0]]), Promise.all(counted)])
  return taken >= wanted
}
