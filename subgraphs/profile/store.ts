import type { State } from './billing/machine.ts'
import type { DeviceKind } from './schema.generated.ts'

export type Profile = {
  readonly id: string
  readonly accountId: string
  readonly name: string
  readonly avatar: string
  readonly maturityLimit: number
  readonly language: string
  /** Made for children: it leads to no other profile, and to nothing of the account, without the PIN. */
  readonly kids: boolean
  readonly pinHash: string | null
}
export type Plan = {
  readonly id: string
  readonly name: string
  readonly priceCents: number
  readonly currency: string
  readonly streamsMax: number
  readonly heightMax: number
  readonly trialDays: number
}
export type Subscription = {
  readonly accountId: string
  readonly state: State
  readonly startedAt: Date
  /** Of the period that runs; what was canceled ends with it. */
  readonly periodEnd: Date
  readonly plan: Plan
}
export type Account = {
  readonly id: string
  readonly email: string
  readonly operator: boolean
  readonly support: boolean
  /** When it is removed, if its member has asked for that. */
  readonly deleteAt: Date | null
  readonly pinHash: string | null
  readonly subscription: Subscription | null
}
export type NewAccount = {
  readonly account: Omit<Account, 'subscription' | 'pinHash' | 'support' | 'deleteAt'>
  readonly passwordHash: string
  readonly profile: Profile
}
export type Session = {
  readonly id: string
  readonly accountId: string
  readonly profileId: string
  readonly device: DeviceKind | null
  readonly deviceId: string
  readonly region: string
  readonly startedAt: Date
  readonly renewedAt: Date
  readonly expiresAt: Date
}
/** What is kept of a refresh token: hashes of it and of what its family's tokens begin with. */
export type RefreshHashes = { readonly family: string; readonly token: string }
export type NextToken = {
  readonly hash: string
  /** From which the token before makes this one again. */
  readonly salt: string
  readonly now: Date
  readonly expiresAt: Date
}
/** `again` is a token that was renewed since `graceFrom`, `reused` any other of the family. */
export type Renewal =
  | { readonly state: 'renewed'; readonly session: Session }
  | { readonly state: 'again'; readonly session: Session; readonly salt: string; readonly hash: string }
  | { readonly state: 'reused'; readonly session: Session }
  | { readonly state: 'unknown' }
/** Which sessions are ended: one, those of an account but one, or those of a profile. */
export type Ending = { readonly accountId: string } & (
  | { readonly id: string }
  | { readonly except: string }
  | { readonly profileId: string }
)

export type AccountStore = {
  readonly accounts: (ids: readonly string[]) => Promise<readonly Account[]>
  /** Whether it still has this password. Waits for a change that is under way. */
  readonly hasPassword: (accountId: string, passwordHash: string) => Promise<boolean>
  readonly passwordOf: (accountId: string) => Promise<string | null>
  readonly pinOf: (accountId: string) => Promise<string | null>
  /** False when there is no such account. */
  readonly setPin: (accountId: string, hash: string | null) => Promise<boolean>
  readonly withPassword: (email: string) => Promise<{ readonly account: Account; readonly passwordHash: string } | null>
  readonly plans: () => Promise<readonly Plan[]>
}

export type Removals = {
  /** The account is removed at that instant. False when there is none. */
  readonly ask: (accountId: string, at: Date) => Promise<boolean>
  /** False when nobody has asked. */
  readonly takeBack: (accountId: string) => Promise<boolean>
  /** Removes accounts whose instant has come, a bounded number, and publishes that. Gives how many. */
  readonly removeDue: (now: Date, tokensUntil: Date) => Promise<number>
  /** Publishes once more what was removed before an instant, and forgets it. */
  readonly publishAgain: (before: Date) => Promise<number>
}

export type ProfileStore = {
  readonly profiles: (ids: readonly string[]) => Promise<readonly Profile[]>
  /** Of each account, the oldest first. */
  readonly ofAccounts: (accountIds: readonly string[]) => Promise<readonly Profile[]>
  /** False when the account has `max` profiles already. Throws UNAUTHENTICATED when there is no such account any more. */
  readonly add: (profile: Profile, max: number) => Promise<boolean>
  /** False when there is no such profile any more. */
  readonly save: (profile: Profile) => Promise<boolean>
  readonly setPin: (accountId: string, profileId: string, hash: string | null) => Promise<boolean>
  /** False when it is the last of its account, or gone. */
  readonly remove: (profile: Pick<Profile, 'id' | 'accountId'>) => Promise<boolean>
}

export type SessionStore = {
  readonly open: (session: Session, hashes: RefreshHashes) => Promise<void>
  /** Of an account, those that have not expired, the latest renewed first. */
  readonly ofAccount: (accountId: string, now: Date) => Promise<readonly Session[]>
  /** Makes `next` the token of the family when `hashes` are of the current one: of two who ask at a time one renews. */
  readonly renew: (hashes: RefreshHashes, next: NextToken, graceFrom: Date) => Promise<Renewal>
  /** Gives a session another profile and another family of tokens; the one before is forgotten. Null when it has ended. */
  readonly switch: (
    session: Pick<Session, 'id' | 'accountId' | 'profileId' | 'expiresAt'>,
    hashes: RefreshHashes,
  ) => Promise<Session | null>
  readonly byFamily: (familyHash: string) => Promise<Session | null>
  readonly byId: (id: string) => Promise<Session | null>
  /** A session whose tokens were renewed by other means than ours. */
  readonly seen: (id: string, now: Date, expiresAt: Date) => Promise<void>
  /** Ends sessions and publishes that their access tokens are to be refused until `tokensUntil`. Gives how many. */
  readonly end: (ending: Ending, tokensUntil: Date) => Promise<number>
}
