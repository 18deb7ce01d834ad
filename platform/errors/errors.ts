import type { Details, Row } from '#platform/errors/row.ts'
import { availability } from '#platform/errors/table/availability.ts'
import { configuration } from '#platform/errors/table/configuration.ts'
import { media } from '#platform/errors/table/media.ts'
import { requests } from '#platform/errors/table/requests.ts'

/** One row per failure. A code, once used, is never reused; docs/ERRORS.md is held equal by a test. */
export const errorTable = { ...configuration, ...availability, ...requests, ...media } as const satisfies Record<string, Row>

export type ErrorCode = keyof typeof errorTable

/** The one error class. Match on `code`, never on the class. */
export class CinegraphError extends Error {
  readonly code: ErrorCode
  readonly details: Details
  constructor(code: ErrorCode, details: Details = {}, cause?: unknown) {
    super(errorTable[code].say(details), cause === undefined ? undefined : { cause })
    this.name = 'CinegraphError'
    this.code = code
    this.details = details
  }
}

/** What GraphQL clients get of a code, in an error's `extensions`. */
export const extensionsOf = (code: ErrorCode): { readonly code: string; readonly retry: boolean } => ({
  code: errorTable[code].graphql,
  retry: errorTable[code].retry,
})

/** An error that goes to the caller as it is; anything else is unexpected and answered with INTERNAL. */
export const isCinegraphError = (error: unknown): error is CinegraphError => error instanceof CinegraphError

const graphqlCodesOfCallers: ReadonlySet<unknown> = new Set([
  ...Object.values(errorTable)
    .filter(({ http }) => http < 500)
    .map(({ graphql }) => graphql),
  'GRAPHQL_PARSE_FAILED',
  'GRAPHQL_VALIDATION_FAILED',
  'BAD_REQUEST',
])

/** Whether a failure is the caller's own: it is no sign that the dependency which was asked is unwell. */
export const isCallersFault = (error: unknown): boolean => {
  if (isCinegraphError(error)) return errorTable[error.code].http < 500
  const extensions = error instanceof Error && 'extensions' in error ? error.extensions : undefined
  return typeof extensions === 'object' && extensions !== null && 'code' in extensions && graphqlCodesOfCallers.has(extensions.code)
}

export const messageOf = (error: unknown): string => (error instanceof Error ? error.message || error.name : String(error))

/** The system error code (`ENOENT`, `EADDRINUSE` …) of a Node error, or undefined. */
export const systemCodeOf = (error: unknown): string | undefined =>
  error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : undefined
