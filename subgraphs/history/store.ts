/** Where a profile stopped in a title. Last write wins by `at`; equal `at` falls to the higher `deviceId`. */
export type ResumePoint = {
  readonly profileId: string
  readonly titleId: string
  readonly positionMs: number
  readonly durationMs: number
  readonly at: Date
  readonly deviceId: string
}

/** One sitting: all reports of one playback session with one title together. */
export type Viewing = {
  readonly profileId: string
  readonly sessionId: string
  readonly titleId: string
  readonly startedAt: Date
  readonly lastAt: Date
  readonly positionMs: number
  readonly durationMs: number
}

/** What heartbeats say: where profiles stopped, and their sittings. */
export type Watched = { readonly points: readonly ResumePoint[]; readonly viewings: readonly Viewing[] }
/** Where a viewing stands in the history of its profile. */
export type ViewingPlace = Pick<Viewing, 'lastAt' | 'sessionId' | 'titleId'>

export type HistoryStore = {
  /**
   * Durable when it resolves. A point older than the stored one is accepted and changes nothing; a viewing widens the stored
   * sitting: earliest start, latest report. Saving the same again changes nothing.
   */
  readonly put: (watched: Watched) => Promise<void>
  /** Points of titles that have not ended (`hasEnded`), newest first, at most `limit`; those that have ended take no place of others. */
  readonly unfinished: (profileId: string, limit: number) => Promise<readonly ResumePoint[]>
  readonly resumePoints: (profileId: string, titleIds: readonly string[]) => Promise<readonly ResumePoint[]>
  /** Newest first, and of those at one instant by descending session id, then title id; those behind `after`, at most `limit`. */
  readonly viewings: (profileId: string, after: ViewingPlace | null, limit: number) => Promise<readonly Viewing[]>
  /** Removes all that is known of profiles, such as those of an account. Reports that come for them later may be kept again. */
  readonly remove: (profileIds: readonly string[]) => Promise<void>
}
