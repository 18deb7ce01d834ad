export type Thumb = 'UP' | 'DOWN'
export type Rated = { readonly titleId: string; readonly thumb: Thumb }

/** How many titles a profile may have a thumb for. */
export const thumbsMax = 2_000

/** What profiles think of titles. */
export type ThumbStore = {
  /** Sets a thumb, or takes it away with null, and publishes the change; the same again changes nothing. False when there are too many. */
  readonly set: (profileId: string, titleId: string, thumb: Thumb | null) => Promise<boolean>
  readonly among: (profileId: string, titleIds: readonly string[]) => Promise<readonly Rated[]>
  /** Titles with one kind of thumb, the latest first, at most `limit`. */
  readonly rated: (profileId: string, thumb: Thumb, limit: number) => Promise<readonly string[]>
  /** Removes the thumbs of profiles. */
  readonly forget: (profileIds: readonly string[]) => Promise<void>
}
