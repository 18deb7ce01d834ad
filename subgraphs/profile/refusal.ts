import { isCinegraphError } from '#platform/errors/errors.ts'
import type { RefusalCode } from './schema.generated.ts'
import type { Limited, Trying, TryLimits } from './try-limits.ts'

export type Refused = {
  readonly __typename: 'Refusal'
  readonly code: RefusalCode
  readonly message: string
  readonly retryAfterSeconds: number | null
  /** Where a payment is to be confirmed. */
  readonly actionUrl: string | null
}

export const refuse = (code: RefusalCode, message: string, retryAfterSeconds: number | null = null): Refused => ({
  __typename: 'Refusal',
  code,
  message,
  retryAfterSeconds,
  actionUrl: null,
})

export const notSignedIn = refuse('NOT_SIGNED_IN', 'Sign in first.')

/** What `check` gives, or the refusal that says which of the input's values is wrong. */
export const checkedOr = <T>(check: () => T): { readonly checked: T } | { readonly refused: Refused } => {
  try {
    return { checked: check() }
  } catch (error) {
    if (isCinegraphError(error) && error.code === 'INPUT_INVALID') return { refused: refuse('INVALID_INPUT', error.message) }
    throw error
  }
}

type Try<T> = {
  readonly limits: TryLimits
  readonly what: Limited
  readonly trying: Trying
  /** Whether a result does not count as a try. */
  readonly isGood: (result: T | Refused) => boolean
}

const busySeconds = 3
const busyCodes: ReadonlySet<string> = new Set(['OVERLOADED', 'DEADLINE'])

/** What `run` gives, unless it was tried too often, or too many try at this moment. */
export const tryWithin = async <T>({ limits, what, trying, isGood }: Try<T>, run: () => Promise<T | Refused>): Promise<T | Refused> => {
  const { waitSeconds, uncount } = await limits.begin(what, trying)
  if (waitSeconds > 0) return refuse('TOO_MANY_TRIES', `This was tried too often. Try again in ${inWords(waitSeconds)}.`, waitSeconds)
  try {
    const result = await run()
    if (isGood(result)) await uncount()
    return result
  } catch (error) {
    await uncount()
    if (!isCinegraphError(error) || !busyCodes.has(error.code)) throw error
    return refuse('TOO_MANY_TRIES', 'Many are signing in at the moment. Try again in a few seconds.', busySeconds)
  }
}

const inWords = (seconds: number): string => (seconds < 120 ? `${seconds} seconds` : `${Math.ceil(seconds / 60)} minutes`)

export const isRefused = (result: object): result is Refused => '__typename' in result && result.__typename === 'Refusal'
