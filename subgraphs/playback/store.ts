/** One press of play that was granted. */
export type Grant = {
  readonly id: string
  readonly accountId: string
  readonly profileId: string
  readonly titleId: string
  readonly deviceId: string
  /** TV, MOBILE or WEB; null of grants of an older version. */
  readonly device: string | null
  /** How many streams the plan allowed at once. */
  readonly streamsMax: number
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
  /** Those of the sessions that were granted, in any order. */
  readonly ofSessions: (ids: readonly string[]) => Promise<readonly (Grant & { readonly stoppedAt: Date | null })[]>
  /** Their sessions play no more. */
  readonly stop: (ids: readonly string[], at: Date) => Promise<void>
}
