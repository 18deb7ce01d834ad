import type { Sessions } from './sessions.ts'
import type { AccountStore, ProfileStore } from './store.ts'
import type { TryLimits } from './try-limits.ts'

/** What accounts and profiles are made of. */
export type AccountDeps = {
  readonly accounts: AccountStore
  readonly profiles: ProfileStore
  readonly sessions: Sessions
  readonly limits: TryLimits
  readonly clock: () => Date
}
