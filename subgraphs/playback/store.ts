/** One press of play that was granted. */
export type Grant = {
  readonly id: string
  readonly profileId: string
  readonly titleId: string
  readonly deviceId: string
  readonly region: string
  readonly expiresAt: Date
  readonly createdAt: Date
}

export type GrantStore = {
  readonly save: (grant: Grant) => Promise<void>
  /** Newest first. */
  readonly recent: (profileId: string, limit: number) => Promise<readonly Grant[]>
  /** Removes all that is known of profiles. */
  readonly remove: (profileIds: readonly string[]) => Promise<void>
}
