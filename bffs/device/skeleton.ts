import { messageOf } from '#platform/errors/errors.ts'
import { dataOrThrow, operation } from '#platform/graphql/operation.ts'
import type { Log } from '#platform/observe/log.ts'
import { counter } from '#platform/observe/metrics.ts'
import type { CreateCache } from '#platform/ports/cache.ts'
import { breaker } from '#platform/resilience/breaker.ts'
import { bulkhead } from '#platform/resilience/bulkhead.ts'
import { deadline } from '#platform/resilience/deadline.ts'
import { keepFresh } from '#platform/resilience/fresh.ts'
import { policy } from '#platform/resilience/policy.ts'
import type { Watcher } from './context.ts'
import type {
  HomeHistoryQuery,
  HomeHistoryQueryVariables,
  HomeRowsQuery,
  HomeRowsQueryVariables,
  SearchIdsQuery,
  SearchIdsQueryVariables,
  TopTenQuery,
  TopTenQueryVariables,
} from './operations.generated.ts'

const here = import.meta.url
const homeRows = operation<HomeRowsQuery, HomeRowsQueryVariables>('./operations/homeRows.graphql', here)
const homeHistory = operation<HomeHistoryQuery, HomeHistoryQueryVariables>('./operations/homeHistory.graphql', here)
const topTen = operation<TopTenQuery, TopTenQueryVariables>('./operations/topTen.graphql', here)
const searchIds = operation<SearchIdsQuery, SearchIdsQueryVariables>('./operations/searchIds.graphql', here)

/** NOTE: the most that history gives at once: a title that this profile may not see takes no place of one that it may. */
const startedKnown = 100

const degradations = counter('degraded_total', 'Parts of screens left out because a service did not answer', ['part'])

type AnsweredRow = HomeRowsQuery['homeRows'][number]
export type SkeletonRow = Omit<AnsweredRow, 'titles'> & { readonly titleIds: readonly string[] }
export type Started = { readonly titleId: string; readonly positionMs: number; readonly durationMs: number }
/** Which ids stand where on a home screen, and which parts are missing because a service did not answer. */
export type HomeSkeleton = {
  readonly rows: readonly SkeletonRow[]
  readonly started: readonly Started[]
  /** How many of those begun are shown; more are known, because rules may hide some. */
  readonly startedMax: number
  /** On the profile's list, newest first. */
  readonly listed: readonly string[]
  readonly degraded: readonly Part[]
}
export type SearchSkeleton = Pick<SearchIdsQuery['search'], 'didYouMean' | 'genres'> & {
  readonly ids: readonly string[]
  readonly degraded: readonly Part[]
}
export type SearchWords = { readonly text: string; readonly genre?: string | null | undefined }
export type Part = 'recs' | 'history' | 'search'
export type HomeSize = { readonly rows: number; readonly titles: number; readonly started: number; readonly listed: number }

export type Skeletons = {
  readonly home: (watcher: Watcher, size: HomeSize) => Promise<HomeSkeleton>
  readonly search: (watcher: Watcher, words: SearchWords, first: number) => Promise<SearchSkeleton>
}

/** Rows of a profile, and the Top 10 of a region. */
const freshCaches = (createCache: CreateCache) => ({
  freshRows: keepFresh<readonly SkeletonRow[]>(createCache, {
    name: 'device.rows',
    shape: homeRows.text,
    entriesMax: 20_000,
    freshSeconds: 5,
    staleSeconds: 30,
    keep: (rows) => rows.length > 0,
  }),
  freshTop: keepFresh<readonly SkeletonRow[]>(createCache, {
    name: 'device.topTen',
    shape: topTen.text,
    entriesMax: 100,
    freshSeconds: 60,
    staleSeconds: 86_400,
  }),
})

/** The first step of every screen. What is not answered in time is left out, and said to be. */
export const createSkeletons = ({ log, createCache }: { readonly log: Log; readonly createCache: CreateCache }): Skeletons => {
  const { freshRows, freshTop } = freshCaches(createCache)
  const askRecs = policy('recs.home', deadline({ ms: 400 }), bulkhead({ concurrent: 60, queued: 200 }), breaker())
  const askHistory = policy('history.home', deadline({ ms: 400 }), bulkhead({ concurrent: 60, queued: 200 }), breaker())

  const rowsOf = askRecs(async (_signal, { ask, viewer }: Watcher, { rows, titles }: HomeSize) =>
    freshRows(`${viewer.profileId} ${rows} ${titles}`, async () =>
      dataOrThrow(await ask(homeRows, { rows, titles })).homeRows.map(skeletonRow),
    ),
  )
  const historyOf = askHistory(async (_signal, { ask }: Watcher, { started, listed }: HomeSize) =>
    dataOrThrow(await ask(homeHistory, { started, listed })),
  )
  const fallbackRows = ({ ask, region }: Watcher) => freshTop(region, async () => [topTenRow(dataOrThrow(await ask(topTen, {})).topTen)])

  const leaveOut = (part: Part) => (error: unknown) => {
    degradations.inc({ part })
    log.warn({ part, reason: messageOf(error) }, 'left out of the screen')
    return null
  }
  return {
    home: async (watcher, size) => {
      const [rows, history] = await Promise.all([
        rowsOf(watcher, size).catch(leaveOut('recs')),
        historyOf(watcher, { ...size, started: startedKnown }).catch(leaveOut('history')),
      ])
      // NOTE: recs that know no title yet are no failure, but no screen either.
      const shown = rows === null || rows.length === 0 ? await fallbackRows(watcher).catch(leaveOut('recs')) : rows
      const isWithout = { recs: rows === null || shown === null, history: history === null }
      const degraded = (['recs', 'history'] as const).filter((part) => isWithout[part])
      return { ...withoutDisliked(shown ?? [], history), startedMax: size.started, degraded }
    },
    search: async ({ ask }, { text, genre = null }, first) => {
      const { didYouMean, genres, titles, degraded } = dataOrThrow(await ask(searchIds, { text, genre, first })).search
      return { didYouMean, genres, ids: titles.map(({ id }) => id), degraded: degraded ? ['search'] : [] }
    },
  }
}

const topTenRow = (titles: TopTenQuery['topTen']): SkeletonRow =>
  skeletonRow({ id: 'top-ten', kind: 'TOP_TEN', genre: null, because: null, titles })

const skeletonRow = ({ titles, ...row }: AnsweredRow): SkeletonRow => ({ ...row, titleIds: titles.flatMap((title) => title?.id ?? []) })

/** NOTE: recommendations follow a thumb seconds later; what a member does not like is gone at once. What is listed stays. */
const withoutDisliked = (rows: readonly SkeletonRow[], history: HomeHistoryQuery | null): Omit<HomeSkeleton, 'degraded' | 'startedMax'> => {
  if (history === null) return { rows, started: [], listed: [] }
  const disliked = new Set(history.ratedTitles.flatMap((title) => title?.id ?? []))
  return {
    rows: rows
      .filter(({ because }) => because === null || !disliked.has(because.id))
      .map((row) => ({ ...row, titleIds: row.titleIds.filter((id) => !disliked.has(id)) })),
    started: history.continueWatching.flatMap(startedTitle).filter(({ titleId }) => !disliked.has(titleId)),
    listed: history.myList.edges.flatMap(({ node }) => node.title?.id ?? []),
  }
}

const startedTitle = ({ title, ...point }: HomeHistoryQuery['continueWatching'][number]): readonly Started[] =>
  title === null ? [] : [{ titleId: title.id, ...point }]
