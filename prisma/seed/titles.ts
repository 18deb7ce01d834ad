import { integerBetween, oneOf, type Random, seededRandom } from './random.ts'
import { foreign, genres, heroes, openings, turns } from './words.ts'

export type SeedTitle = {
  readonly id: string
  readonly kind: 'FILM' | 'SERIES' | 'EPISODE'
  readonly name: string
  readonly synopsis: string
  readonly year: number
  readonly runtimeMinutes: number
  readonly maturity: number
  readonly language: string
  readonly popularity: number
  readonly hue: number
  readonly genres: string[]
  readonly translations: Readonly<Record<string, string>>
  readonly seriesId: string | null
  readonly season: number | null
  readonly episode: number | null
  readonly releasedAt: Date
}

const filmsPerGenre = 17
const seriesPerGenre = 3
const idOf = (number: number): string => `t-${String(number).padStart(4, '0')}`

type Genre = (typeof genres)[number]
type Named = Pick<SeedTitle, 'name' | 'language' | 'translations'>

const synopsis = (random: Random): string => `${oneOf(random, openings)} ${oneOf(random, heroes)} ${oneOf(random, turns)}`

const makeTitle = (
  random: Random,
  number: number,
  { kind, genre, named }: { kind: 'FILM' | 'SERIES'; genre: Genre; named: Named },
): SeedTitle => {
  const second = oneOf(random, genres).name
  const year = integerBetween(random, 1968, 2026)
  return {
    id: idOf(number),
    kind,
    ...named,
    synopsis: synopsis(random),
    year,
    runtimeMinutes: kind === 'FILM' ? integerBetween(random, 78, 156) : integerBetween(random, 24, 58),
    maturity: oneOf<number>(random, genre.maturity),
    popularity: Math.round(1000 * random() ** 2.2) / 1000,
    hue: integerBetween(random, 0, 359),
    genres: second === genre.name ? [genre.name] : [genre.name, second],
    seriesId: null,
    season: null,
    episode: null,
    releasedAt: new Date(Date.UTC(year, integerBetween(random, 0, 11), integerBetween(random, 1, 28))),
  }
}

/** Every first word with every last word of a genre, shuffled: names that no other title has. */
const namesOf = (random: Random, { first, last }: Genre): string[] =>
  first
    .flatMap((a) => last.map((b) => ({ name: `${a} ${b}`, at: random() })))
    .toSorted((a, b) => a.at - b.at)
    .map(({ name }) => name)

const englishTitles = (random: Random): SeedTitle[] => {
  let number = 0
  return genres.flatMap((genre) =>
    namesOf(random, genre)
      .slice(0, filmsPerGenre + seriesPerGenre)
      .map((name, at) => {
        number += 1
        return makeTitle(random, number, {
          kind: at < filmsPerGenre ? 'FILM' : 'SERIES',
          genre,
          named: { name, language: 'en', translations: {} },
        })
      }),
  )
}

const foreignTitles = (random: Random, after: number): SeedTitle[] =>
  foreign.map((named, at) => makeTitle(random, after + at + 1, { kind: 'FILM', genre: oneOf(random, genres), named }))

const episodesOf = (random: Random, series: SeedTitle): SeedTitle[] =>
  Array.from({ length: 2 * 4 }, (_, at) => {
    const season = Math.floor(at / 4) + 1
    const episode = (at % 4) + 1
    return {
      ...series,
      id: `${series.id}-s${season}e${episode}`,
      kind: 'EPISODE',
      name: `${oneOf(random, openings).replace(/,$/, '')}`,
      synopsis: synopsis(random),
      popularity: 0,
      seriesId: series.id,
      season,
      episode,
    }
  })

/** The demo catalogue: 170 films and 30 series in English, ten films in other languages, and the series' episodes. */
export const seedTitles = (): readonly SeedTitle[] => {
  const random = seededRandom(20_261_121)
  const english = englishTitles(random)
  const shown = [...english, ...foreignTitles(random, english.length)]
  return [...shown, ...shown.filter((title) => title.kind === 'SERIES').flatMap((series) => episodesOf(random, series))]
}
