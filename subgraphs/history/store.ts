/** Where a profile stopped in a title. Last write wins by `at`; equal `at` falls to the higher `deviceId`. */
export type ResumePoint = {
  readonly profileId: string
  readonly titleId: string
  readonly positionMs: number
  readonly durationMs: number
  readonly at: Date
  readonly deviceId: string
}

/** One sitting: all reports of one playback session together. */
export type Viewing = {
  readonly profileId: string
  readonly sessionId: string
  readonly titleId: string
  readonly startedAt: Date
  readonly lastAt: Date
  readonly positionMs: number
  readonly durationMs: number
}

export type HistoryStore = {
  /** Durable when it resolves. A point older than the stored one is accepted and changes nothing. */
  readonly putResumePoints: (points: readonly ResumePoint[]) => Promise<void>
  /** Newest first, at most `limit`. */
  readonly latest: (profileId: string, limit: number) => Promise<readonly ResumePoint[]>
  readonly resumePoints: (profileId: string, titleIds: readonly string[]) => Promise<readonly ResumePoint[]>
  /** Widens the stored sitting to take these in: earliest start, latest report. */
  readonly putViewings: (viewings: readonly Viewing[]) => Promise<void>
  /** Newest first, those before `before`, at most `limit`. */
  readonly viewings: (profileId: string, before: Date | null, limit: number) => Promise<readonly Viewing[]>
}
