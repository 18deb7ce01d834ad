/** How much was seen, 0 to 1. */
export const shareOf = ({ positionMs, durationMs }: { readonly positionMs: number; readonly durationMs: number }): number =>
  Math.round((1000 * positionMs) / durationMs) / 1000

export type Stopped = { readonly positionMs: number; readonly ended: boolean }

/** Where to resume; the beginning for what was never begun, and for what has been seen to its end. */
export const resumeAtMs = (point: Stopped | null | undefined): number => (point && !point.ended ? point.positionMs : 0)
