import type { RankedRow, Ranking, RowRequest } from './ranking.ts'
import type { Signal, TitleFeature } from './store.ts'

const becauseRows = 2
/** How much of a title's place comes from taste; the rest is how much everyone wants it. */
const tasteWeight = 0.65

/** A thumb up says as much as a title that was watched to its end; a thumb down the opposite, however much was watched. */
const weightOf = ({ share, thumb }: Signal): number => (thumb === 'DOWN' ? -1 : thumb === 'UP' ? share + 1 : share)

type Taste = ReadonlyMap<string, number>
type Scored = { readonly feature: TitleFeature; readonly score: number }

const traits = ({ genres, people }: TitleFeature): readonly string[] => [
  ...genres.map((genre) => `genre ${genre}`),
  ...people.map((person) => `person ${person}`),
]

const norm = (taste: Taste): number => Math.hypot(...taste.values()) || 1

/** A unit vector over genres and people, from how far each title was watched and the thumbs for them. */
const tasteOf = (features: ReadonlyMap<string, TitleFeature>, signals: readonly Signal[]): Taste => {
  const taste = new Map<string, number>()
  for (const signal of signals) {
    const feature = features.get(signal.titleId)
    for (const trait of feature === undefined ? [] : traits(feature)) taste.set(trait, (taste.get(trait) ?? 0) + weightOf(signal))
  }
  const length = norm(taste)
  return new Map([...taste].map(([trait, weight]) => [trait, weight / length]))
}

const cosine = (taste: Taste, feature: TitleFeature): number => {
  const own = traits(feature)
  return own.reduce((sum, trait) => sum + (taste.get(trait) ?? 0), 0) / Math.sqrt(own.length || 1)
}

const best = (scored: readonly Scored[]): readonly Scored[] =>
  scored.toSorted((a, b) => b.score - a.score || (a.feature.titleId < b.feature.titleId ? -1 : 1))

const like = (all: readonly TitleFeature[], seed: TitleFeature): readonly Scored[] => {
  const taste = tasteOf(new Map([[seed.titleId, seed]]), [{ profileId: '', titleId: seed.titleId, share: 1, at: new Date(0) }])
  const others = all.filter((feature) => feature.titleId !== seed.titleId)
  return best(others.map((feature) => ({ feature, score: cosine(taste, feature) + 0.05 * feature.popularity }))).filter(
    ({ score }) => score > 0.2,
  )
}

type Draft = Omit<RankedRow, 'titles'> & { readonly scored: readonly Scored[]; readonly take?: number }
const draft = (
  id: string,
  kind: RankedRow['kind'],
  scored: readonly Scored[],
  rest: Partial<Pick<Draft, 'genre' | 'because' | 'take'>> = {},
): Draft => ({ id, kind, genre: null, because: null, scored, ...rest })

/** Rows in order, each without what stands in a row above it; rows that end up short are left out. */
const withoutRepeats = (drafts: readonly Draft[], { rows, titlesPerRow }: RowRequest): readonly RankedRow[] => {
  const shown = new Set<string>()
  const page: RankedRow[] = []
  for (const { scored, take = titlesPerRow, ...row } of drafts) {
    if (page.length === rows) break
    const titles = scored
      .filter(({ feature }) => !shown.has(feature.titleId))
      .slice(0, take)
      .map(({ feature }) => ({ id: feature.titleId }))
    if (titles.length < 4) continue
    for (const { id } of titles) shown.add(id)
    page.push({ ...row, titles })
  }
  return page
}

/** Content-based ranking: genres and people of what was watched and liked, and how much everyone wants a title. Nothing with a thumb down. */
export const contentRanking: Ranking = {
  home: (features, signals, request) => {
    const disliked = new Set(signals.flatMap(({ titleId, thumb }) => (thumb === 'DOWN' ? [titleId] : [])))
    const shown = features.filter(
      ({ kind, maturity, titleId }) => kind !== 'EPISODE' && maturity <= request.maturityLimit && !disliked.has(titleId),
    )
    const byId = new Map(features.map((feature) => [feature.titleId, feature]))
    const taste = tasteOf(byId, signals)
    const wanted = best(shown.map((feature) => ({ feature, score: feature.popularity })))
    const picks = best(
      shown.map((feature) => ({ feature, score: tasteWeight * cosine(taste, feature) + (1 - tasteWeight) * feature.popularity })),
    )
    const seeds = signals
      .filter(({ share, thumb }) => thumb !== 'DOWN' && (share >= 0.3 || thumb === 'UP'))
      .flatMap(({ titleId }) => byId.get(titleId) ?? [])
      .slice(0, becauseRows)
    const because = seeds.map((seed) => draft(`because-${seed.titleId}`, 'BECAUSE', like(shown, seed), { because: { id: seed.titleId } }))
    const genres = [...new Set(picks.flatMap(({ feature }) => feature.genres))]
    const genreRows = genres.map((genre) =>
      draft(
        `genre-${genre}`,
        'GENRE',
        picks.filter(({ feature }) => feature.genres.includes(genre)),
        { genre },
      ),
    )
    const newest = best(shown.map((feature) => ({ feature, score: feature.year + feature.popularity })))
    return withoutRepeats(
      [
        draft('top-ten', 'TOP_TEN', wanted, { take: 10 }),
        draft('picks', 'PICKS', picks),
        ...because,
        draft('new', 'NEW', newest),
        ...genreRows,
      ],
      request,
    )
  },
  similar: (features, titleId, limit) => {
    const seed = features.find((feature) => feature.titleId === titleId)
    if (seed === undefined) return []
    return like(
      features.filter((feature) => feature.kind !== 'EPISODE'),
      seed,
    )
      .slice(0, limit)
      .map(({ feature }) => feature.titleId)
  },
}
