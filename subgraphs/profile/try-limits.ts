import { createHash } from 'node:crypto'
import { lineOf } from '#platform/identity/client-address.ts'
import { counter } from '#platform/observe/metrics.ts'
import type { CreateTries, TryRule } from '#platform/postgres/tries.ts'

type By = 'account and address' | 'account' | 'address'
type Rule = TryRule & { readonly by: By }

/**
 * Who may try what how often, in all processes together. What succeeds does not count, but for sign-ups. An account can be locked by
 * whoever knows its address only from many addresses at once, and for an hour.
 */
const rules = {
  signIn: [
    { by: 'account and address', max: 10, seconds: 900 },
    { by: 'account', max: 100, seconds: 3_600 },
    { by: 'address', max: 100, seconds: 900 },
  ],
  // NOTE: by the address that is mailed to also, so that nobody is sent a flood of mails.
  signUp: [
    { by: 'account', max: 5, seconds: 3_600 },
    { by: 'address', max: 20, seconds: 3_600 },
  ],
  confirmSignUp: [{ by: 'address', max: 50, seconds: 900 }],
  startReset: [
    { by: 'account', max: 5, seconds: 3_600 },
    { by: 'address', max: 20, seconds: 3_600 },
  ],
  resetPassword: [{ by: 'address', max: 20, seconds: 900 }],
  pin: [{ by: 'account', max: 5, seconds: 900 }],
  signInCode: [
    { by: 'account', max: 10, seconds: 900 },
    { by: 'address', max: 50, seconds: 900 },
  ],
  deviceCode: [{ by: 'address', max: 50, seconds: 900 }],
  changePassword: [{ by: 'account', max: 10, seconds: 900 }],
} as const satisfies Readonly<Record<string, readonly Rule[]>>

export type Limited = keyof typeof rules
/** `account` is what names it: an address that is signed in with, or an id. */
export type Trying = { readonly account: string; readonly address: string }
export type Tried = {
  /** How long to wait; 0 when it may be tried. */
  readonly waitSeconds: number
  /** It succeeded, or could not be tried. */
  readonly uncount: () => Promise<void>
}
export type TryLimits = { readonly begin: (what: Limited, trying: Trying) => Promise<Tried> }

const refusals = counter('tries_refused_total', 'Tries to sign in, to sign up and the like that came too often', ['what', 'by'])

/** NOTE: without the address of a client all count as one; only what is limited by the address alone is not limited then. */
const keyOf = (by: By, { account, address }: Trying): string | null => {
  const line = lineOf(address)
  if (by === 'address') return line
  return by === 'account' ? account : `${account}\n${line ?? ''}`
}

/** NOTE: a table that many read holds neither addresses nor names. */
const hashOf = (key: string): string => createHash('sha256').update(key).digest('base64url')

export const createTryLimits = (createTries: CreateTries): TryLimits => {
  const counted = new Map(
    Object.entries(rules).map(([what, all]) => [
      what,
      all.map((rule) => ({ by: rule.by, tries: createTries(`${what} by ${rule.by}`, rule) })),
    ]),
  )
  return {
    begin: async (what, trying) => {
      const keys = (counted.get(what) ?? []).flatMap(({ by, tries }) => {
        const key = keyOf(by, trying)
        return key === null ? [] : [{ by, tries, key }]
      })
      // NOTE: counted before it is tried, so that many at the same time are no way around.
      const waits = await Promise.all(keys.map(({ tries, key }) => tries.take(hashOf(key))))
      for (const [at, wait] of waits.entries()) if (wait > 0) refusals.inc({ what, by: keys[at]?.by ?? '' })
      return {
        waitSeconds: Math.max(0, ...waits),
        uncount: async () => void (await Promise.all(keys.map(({ tries, key }) => tries.giveBack(hashOf(key))))),
      }
    },
  }
}
