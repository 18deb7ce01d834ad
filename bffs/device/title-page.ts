import type { GraphqlError } from '#platform/graphql/execute.ts'

const services: Readonly<Record<string, string>> = { similar: 'recs', resumePoint: 'history' }

/** Which parts of a title's page are missing, from the paths of the errors that came with it. */
export const missingParts = (errors: readonly GraphqlError[]): readonly string[] => [
  ...new Set(
    errors.flatMap(({ path = [], extensions }) =>
      [...path.map((step) => services[String(step)]), extensions?.serviceName].filter((part) => typeof part === 'string'),
    ),
  ),
]

/** How much was seen, 0 to 1. */
export const shareOf = ({ positionMs, durationMs }: { readonly positionMs: number; readonly durationMs: number }): number =>
  Math.round((1000 * positionMs) / durationMs) / 1000

type Stopped = { readonly positionMs: number; readonly ended: boolean }

/** Where to go on; at the beginning for what was never begun, and for what has been seen. */
export const resumeAtMs = (point: Stopped | null | undefined): number => (point && !point.ended ? point.positionMs : 0)
