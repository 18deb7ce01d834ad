import type { Billing } from './billing/billing.ts'
import type { CredentialStore } from './credentials.ts'
import type { Sessions } from './sessions.ts'
import type { AccountStore, ProfileStore, Removals } from './store.ts'
import type { TryLimits } from './try-limits.ts'

/** What accounts and profiles are made of. */
export type AccountDeps = {
  readonly accounts: AccountStore
  readonly profiles: ProfileStore
  readonly credentials: CredentialStore
  readonly sessions: Sessions
  readonly billing: Billing
  readonly limits: TryLimits
  readonly removals: Removals
  /** Days between asking for an account to be deleted and its removal. */
  readonly graceDays: number
  readonly clock: () => Date
}
