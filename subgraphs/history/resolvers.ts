import { resumePoints } from '#platform/contracts/topics/history.resumePoints.ts'
import { CinegraphError } from '#platform/errors/errors.ts'
import { pageSize } from '#platform/graphql/page-size.ts'
import type { SubgraphContext } from '#platform/graphql/subgraph.ts'
import { topicField } from '#platform/graphql/topic-field.ts'
import type { EventLog } from '#platform/ports/event-log.ts'
import { connectionOf, decodeCursor as decodePlace } from './cursor.ts'
import { hasEnded, sittingKey } from './last-write.ts'
import type { HistoryLoaders } from './loaders.ts'
import { type MarkStores, markMutations } from './marks.ts'
import type { Resolvers, SubscriptionResumePointMovedArgs } from './schema.generated.ts'
import type { HistoryStore, ViewingPlace } from './store.ts'

export type HistoryContext = SubgraphContext<HistoryLoaders>
export type HistoryResolverDeps = { readonly store: HistoryStore; readonly marks: MarkStores; readonly events: Pick<EventLog, 'tail'> }
export type TitleReference = { readonly id: string }

const pageMax = 100
const decodeCursor = (after: string | null | undefined): ViewingPlace | null => {
  if (!after) return null
  const [at = '', ...sitting] = Buffer.from(after, 'base64url').toString('utf8').split(' ')
  const lastAt = new Date(at)
  // NOTE: cursors of earlier versions name no title; they stand behind every title of their session.
  const [sessionId = '', titleId = '', ...more] = sitting.join(' ').split('\0')
  // NOTE: years that JavaScript knows and PostgreSQL does not.
  const isKnown = lastAt.getTime() >= 0 && lastAt.getUTCFullYear() < 10_000
  if (!isKnown || sessionId === '' || more.length > 0)
    throw new CinegraphError('INPUT_INVALID', { name: '`after`', why: 'is not a cursor of this list' })
  return { lastAt, sessionId, titleId }
}

const cursorOf = (place: ViewingPlace): string => Buffer.from(`${place.lastAt.toISOString()} ${sittingKey(place)}`).toString('base64url')

export const resolvers = ({ store, marks, events }: HistoryResolverDeps): Resolvers => ({
  Query: {
    continueWatching: async (_parent, { first }, { caller: { viewer } }) => {
      const size = pageSize('first', first, pageMax)
      return viewer === null ? [] : [...(await store.unfinished(viewer.profileId, size))]
    },
    viewingHistory: async (_parent, { first, after }, { caller: { viewer } }) => {
      const size = pageSize('first', first, pageMax)
      const found = viewer === null ? [] : await store.viewings(viewer.profileId, decodeCursor(after), size + 1)
      const edges = found.slice(0, size).map((node) => ({ cursor: cursorOf(node), node }))
      return { edges, pageInfo: { hasNextPage: found.length > size, endCursor: edges.at(-1)?.cursor ?? null } }
    },
    myList: async (_parent, { first, after }, { caller: { viewer } }) => {
      const size = pageSize('first', first, pageMax)
      const place = decodePlace(after)
      const behind = place === null ? null : { addedAt: place.at, titleId: place.id }
      const found = viewer === null ? [] : await marks.myList.page(viewer.profileId, behind, size + 1)
      return connectionOf(found, size, ({ addedAt, titleId }) => ({ at: addedAt, id: titleId }))
    },
    ratedTitles: async (_parent, { thumb, first }, { caller: { viewer } }) => {
      const size = pageSize('first', first, pageMax)
      return viewer === null ? [] : (await marks.thumbs.rated(viewer.profileId, thumb, size)).map((id) => ({ id }))
    },
  },
  Mutation: markMutations(marks),
  Subscription: {
    resumePointMoved: topicField(events, {
      topic: resumePoints,
      concerns: (event, { titleId }: SubscriptionResumePointMovedArgs, { caller: { viewer } }: HistoryContext) =>
        event !== undefined && event.profileId === viewer?.profileId && (titleId ?? event.titleId) === event.titleId,
      load: async ({ titleId }, _args, { caller: { viewer } }) => (await store.resumePoints(viewer?.profileId ?? '', [titleId]))[0] ?? null,
    }),
  },
  ResumePoint: {
    title: ({ titleId }) => ({ id: titleId }),
    ended: hasEnded,
  },
  ListEntry: { title: ({ titleId }) => ({ id: titleId }) },
  Viewing: { title: ({ titleId }) => ({ id: titleId }) },
  Title: {
    __resolveReference: ({ id }) => ({ id }),
    resumePoint: ({ id }, _args, { loaders }) => loaders.resumePoints.load(id),
    inMyList: ({ id }, _args, { loaders }) => loaders.listed.load(id),
    myThumb: ({ id }, _args, { loaders }) => loaders.thumbs.load(id),
  },
})
