/** What ranking knows of a title. */
export type TitleFeature = {
  readonly titleId: string
  readonly kind: string
  readonly genres: readonly string[]
  readonly people: readonly string[]
  readonly year: number
  readonly maturity: number
  readonly popularity: number
  readonly playable: boolean
}
/** How far a profile ever got in a title, 0 to 1. */
export type Signal = { readonly profileId: string; readonly titleId: string; readonly share: number; readonly at: Date }

export type RecsStore = {
  readonly features: () => Promise<readonly TitleFeature[]>
  readonly putFeatures: (features: readonly TitleFeature[]) => Promise<void>
  /** Of one profile, newest first. */
  readonly signals: (profileId: string) => Promise<readonly Signal[]>
  /** The furthest share and the latest time stand. */
  readonly putSignals: (signals: readonly Signal[]) => Promise<void>
  /** Removes all that is known of profiles. */
  readonly remove: (profileIds: readonly string[]) => Promise<void>
}
