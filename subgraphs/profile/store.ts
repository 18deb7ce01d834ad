export type Profile = {
  readonly id: string
  readonly accountId: string
  readonly name: string
  readonly avatar: string
  readonly maturityLimit: number
  readonly language: string
}
export type Plan = {
  readonly id: string
  readonly name: string
  readonly priceCents: number
  readonly currency: string
  readonly streamsMax: number
  readonly heightMax: number
}
export type Subscription = { readonly accountId: string; readonly active: boolean; readonly startedAt: Date; readonly plan: Plan }
export type Account = {
  readonly id: string
  readonly email: string
  readonly operator: boolean
  readonly subscription: Subscription | null
}
export type NewAccount = { readonly account: Omit<Account, 'subscription'>; readonly passwordHash: string; readonly profile: Profile }
export type Session = {
  readonly id: string
  readonly accountId: string
  readonly profileId: string
  readonly refreshHash: string
  readonly expiresAt: Date
}

export type AccountStore = {
  readonly accounts: (ids: readonly string[]) => Promise<readonly Account[]>
  readonly withPassword: (email: string) => Promise<{ readonly account: Account; readonly passwordHash: string } | null>
  /** Account and first profile, both or neither. Throws EMAIL_TAKEN. */
  readonly create: (account: NewAccount) => Promise<void>
  /** Saves the subscription and, when it starts, the event of it. Null when there is no such plan. */
  readonly subscribe: (accountId: string, planId: string, at: Date) => Promise<Subscription | null>
  readonly cancel: (accountId: string) => Promise<Subscription | null>
  readonly plans: () => Promise<readonly Plan[]>
}

export type ProfileStore = {
  readonly profiles: (ids: readonly string[]) => Promise<readonly Profile[]>
  /** Of each account, the oldest first. */
  readonly ofAccounts: (accountIds: readonly string[]) => Promise<readonly Profile[]>
  /** False when the account has `max` profiles already. Throws UNAUTHENTICATED when there is no such account any more. */
  readonly add: (profile: Profile, max: number) => Promise<boolean>
}

export type SessionStore = {
  readonly open: (session: Session) => Promise<void>
  /** Takes the session with this hash away and gives it: of two takers one gets it. Null when it is gone or expired. */
  readonly take: (refreshHash: string, now: Date) => Promise<Session | null>
}
