import { parseInput, SearchText } from '#platform/contracts/fields.ts'
import { uploads as uploadTopic } from '#platform/contracts/topics/catalog.uploads.ts'
import type { Caller } from '#platform/contracts/viewer.ts'
import { listWithin, pageSize } from '#platform/graphql/page-size.ts'
import type { SubgraphContext } from '#platform/graphql/subgraph.ts'
import { topicField } from '#platform/graphql/topic-field.ts'
import type { EventLog } from '#platform/ports/event-log.ts'
import type { Counts } from '#platform/ports/search-index.ts'
import { isAvailable } from './availability.ts'
import { cursorOf } from './cursor.ts'
import type { CatalogLoaders } from './loaders.ts'
import type { Resolvers } from './schema.generated.ts'
import type { Search } from './search.ts'
import type { Title, TitleStore } from './store.ts'
import { cancelUpload, finishUpload, startUpload, type UploadDeps } from './uploads.ts'

export type CatalogContext = SubgraphContext<CatalogLoaders>
export type CatalogDeps = {
  readonly titles: TitleStore
  readonly search: Search
  readonly uploads: UploadDeps
  readonly events: Pick<EventLog, 'tail'>
  readonly clock: () => Date
}

const pageMax = 100
const suggestionsMax = 20
const adult = 18

const countsOf = (counts: Counts) =>
  Object.entries(counts)
    .map(([genre, titles]) => ({ genre, titles }))
    .toSorted((a, b) => b.titles - a.titles || (a.genre < b.genre ? -1 : 1))

export const resolvers = (deps: CatalogDeps): Resolvers => ({
  Query: queries(deps),
  Mutation: mutations(deps),
  Subscription: subscriptions(deps),
  ...types(deps),
})

const queries = ({ titles, search, uploads, clock }: CatalogDeps): Resolvers['Query'] & object => {
  const shown =
    (caller: Caller) =>
    ({ availability, media }: Title) =>
      media.state !== 'FAILED' && isAvailable(availability, caller.region, clock())
  const audience = ({ region, viewer }: Caller) => ({ region, maturityLimit: viewer?.maturityLimit ?? adult, at: clock() })
  const seen = ({ region, viewer }: Caller) => ({ region, maturityMax: viewer?.maturityLimit ?? adult })
  return {
    title: (_parent, { id }, { loaders }) => loaders.titles.load(id),
    titles: (_parent, { ids }, { loaders }) => Promise.all(listWithin('ids', ids, pageMax).map((id) => loaders.titles.load(id))),
    browse: async (_parent, { genre, kind, first, after }, { caller }) => {
      const page = {
        genre: genre ?? undefined,
        kind: kind ?? undefined,
        first: pageSize('first', first, pageMax),
        after: after ?? undefined,
      }
      const found = await titles.browse(page, audience(caller))
      const edges = found.slice(0, first).map((node) => ({ cursor: cursorOf(node), node }))
      return { edges, pageInfo: { hasNextPage: found.length > first, endCursor: edges.at(-1)?.cursor ?? null } }
    },
    search: async (_parent, { text, first, genre, kind }, { caller }) => {
      const {
        titles: found,
        facets,
        ...rest
      } = await search.find({
        text: parseInput('A search', SearchText, text),
        first: pageSize('first', first, pageMax),
        filters: { ...seen(caller), genre: genre ?? undefined, kinds: kind == null ? undefined : [kind] },
      })
      return { ...rest, titles: found.filter(shown(caller)), genres: countsOf(facets.genres) }
    },
    suggestions: async (_parent, { text, first }, { caller }) => [
      ...(await search.suggest({
        text: parseInput('A search', SearchText, text),
        first: pageSize('first', first, suggestionsMax),
        filters: seen(caller),
      })),
    ],
    topTen: async (_parent, _args, { caller }) =>
      (
        await titles.browse(
          { genre: undefined, kind: undefined, first: 10, after: undefined },
          { ...audience(caller), maturityLimit: adult },
        )
      ).slice(0, 10),
    genres: async (_parent, _args, { caller }) => [...(await titles.genres(audience(caller)))],
    upload: (_parent, { id }) => uploads.store.upload(id),
  }
}

const mutations = ({ uploads }: CatalogDeps): Resolvers['Mutation'] & object => ({
  startUpload: (_parent, { input }) => startUpload(input, uploads),
  finishUpload: (_parent, { id }) => finishUpload(id, uploads),
  cancelUpload: (_parent, { id }) => cancelUpload(id, uploads),
})

const subscriptions = ({ uploads, events }: CatalogDeps): Resolvers['Subscription'] & object => ({
  uploadProgress: topicField(events, {
    topic: uploadTopic,
    concerns: (event, { id }: { readonly id: string }, _context: CatalogContext) => event?.uploadId === id,
    first: ({ id }) => uploads.store.upload(id),
    load: ({ uploadId }) => uploads.store.upload(uploadId),
  }),
})

const types = ({ clock }: CatalogDeps): Pick<Resolvers, 'Title' | 'Upload'> => ({
  Title: {
    __resolveReference: ({ id }, { loaders }) => loaders.titles.load(id),
    name: ({ name, translations }, { language }) =>
      (language && Object.hasOwn(translations, language) ? translations[language] : undefined) ?? name,
    credits: ({ id }, _args, { loaders }) => loaders.creditsOf.load(id),
    artwork: ({ id, seriesId }) => artworkOf(seriesId ?? id),
    available: ({ availability }, { region }, { caller }) => isAvailable(availability, region ?? caller.region, clock()),
    seasons: async ({ id, kind }, _args, { loaders }) => {
      if (kind !== 'SERIES') return []
      const bySeason = Map.groupBy(await loaders.episodesOf.load(id), (episode) => episode.season ?? 1)
      return [...bySeason].map(([number, episodes]) => ({ number, episodes }))
    },
    series: ({ seriesId }, _args, { loaders }) => (seriesId === null ? null : loaders.titles.load(seriesId)),
    media: ({ media }) => ({ ...media, heights: [...media.heights] }),
  },
  Upload: { done: ({ step }) => step === 'published' || step === 'failed' },
})

const artworkOf = (id: string) => ({ poster: `/art/${id}/poster.svg`, landscape: `/art/${id}/landscape.svg`, hero: `/art/${id}/hero.svg` })
