/** NOTE: left alone, hls.js goes on trying one edge for half a minute; another one has the same film. */
const failuresMax = 2

export type Failover = {
  /** Which of the edges is asked. */
  readonly edge: () => number
  /** A part of the film has come: what failed before no longer counts. */
  readonly loaded: () => void
  /** A request has failed, for good or not. Says whether to go on here, to open the next edge, or that none is left. */
  readonly failed: (isFatal: boolean) => 'here' | 'next' | 'none'
}

/** Which edge plays. One that fails twice without a part between is left for the next, in a ring, until all have failed in a row. */
export const createFailover = (edges: number): Failover => {
  let [edge, failures, lostInRow] = [0, 0, 0]
  return {
    edge: () => edge,
    loaded: () => {
      failures = 0
      lostInRow = 0
    },
    failed: (isFatal) => {
      failures += 1
      if (!isFatal && failures < failuresMax) return 'here'
      failures = 0
      lostInRow += 1
      if (lostInRow >= edges) return 'none'
      edge = (edge + 1) % edges
      return 'next'
    },
  }
}
