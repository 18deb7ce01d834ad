/** A title that a profile has put on its list. */
export type Listed = { readonly titleId: string; readonly addedAt: Date }

/** How many titles a list holds. */
export const listMax = 500

/** The list of each profile: titles it has put aside to watch. */
export type MyListStore = {
  /** Puts a title first; one that is listed stays where it is. False when the list is full. */
  readonly add: (profileId: string, titleId: string) => Promise<boolean>
  /** Taking away what is not listed changes nothing. */
  readonly remove: (profileId: string, titleId: string) => Promise<void>
  /** Newest first; those behind `after`, at most `limit`. */
  readonly page: (profileId: string, after: Listed | null, limit: number) => Promise<readonly Listed[]>
  /** Those of the titles that are listed. */
  readonly among: (profileId: string, titleIds: readonly string[]) => Promise<readonly string[]>
  /** Removes the lists of profiles. */
  readonly forget: (profileIds: readonly string[]) => Promise<void>
}
