import type { TitleChanged } from '#platform/contracts/topics/catalog.titles.ts'
import type { Title } from './store.ts'

type Indexed = Pick<Title, 'id' | 'kind' | 'genres' | 'year' | 'maturity' | 'popularity'>

/** The event of a title that has changed. */
export const titleChanged = (
  { id, kind, genres, year, maturity, popularity }: Indexed,
  people: readonly string[],
  playable: boolean,
): TitleChanged => ({
  titleId: id,
  kind,
  genres: [...genres],
  year,
  maturity,
  people: [...people],
  popularity,
  playable,
})
