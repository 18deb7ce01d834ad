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
/** How far a profile ever got in a title, 0 to 1, and what it thinks of it when it has said. */
export type Signal = {
  readonly profileId: string
  readonly titleId: string
  readonly share: number
  readonly at: Date
  readonly thumb?: 'UP' | 'DOWN' | null
}
export type Watched = Omit<Signal, 'thumb'>
export type Rated = Omit<Signal, 'share' | 'thumb'> & { readonly thumb: 'UP' | 'DOWN' | null }

export type RecsStore = {
  readonly features: () => Promise<readonly TitleFeature[]>
  readonly putFeatures: (features: readonly TitleFeature[]) => Promise<void>
  /** Of one profile, newest first; all that it does not like, and the newest of the rest. */
  readonly signals: (profileId: string) => Promise<readonly Signal[]>
  /** The furthest share and the latest time stand. */
  readonly putSignals: (signals: readonly Watched[]) => Promise<void>
  /** The latest of a title stands. */
  readonly putThumbs: (thumbs: readonly Rated[]) => Promise<void>
  /** Removes all that is known of profiles. */
  readonly remove: (profileIds: readonly string[]) => Promise<void>
}
