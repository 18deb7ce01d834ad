import type { TitleChanged } from '#platform/contracts/events.ts'
import type { Title } from './store.ts'

type Told = Pick<Title, 'id' | 'kind' | 'genres' | 'year' | 'maturity' | 'popularity'>

/** The event that tells others what they may know of a title. */
export const titleChanged = (
  { id, kind, genres, year, maturity, popularity }: Told,
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
