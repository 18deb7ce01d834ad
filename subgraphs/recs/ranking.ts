import type { Signal, TitleFeature } from './store.ts'

export type RankedRow = {
  readonly id: string
  readonly kind: 'PICKS' | 'TOP_TEN' | 'BECAUSE' | 'GENRE' | 'NEW'
  readonly genre: string | null
  readonly because: { readonly id: string } | null
  readonly titles: readonly { readonly id: string }[]
}
export type RowRequest = { readonly rows: number; readonly titlesPerRow: number; readonly maturityLimit: number }

/** Makes a home page, and neighbours of a title, from what is known of titles and of one profile. */
export type Ranking = {
  readonly home: (features: readonly TitleFeature[], signals: readonly Signal[], request: RowRequest) => readonly RankedRow[]
  /** Most alike first, without the title itself. */
  readonly similar: (features: readonly TitleFeature[], titleId: string, limit: number) => readonly string[]
}
