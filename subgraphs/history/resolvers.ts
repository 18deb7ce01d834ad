import { resumePoints } from '#platform/contracts/topics/history.resumePoints.ts'
import { pageSize } from '#platform/graphql/page-size.ts'
import type { SubgraphContext } from '#platform/graphql/subgraph.ts'
import { topicField } from '#platform/graphql/topic-field.ts'
import type { EventLog } from '#platform/ports/event-log.ts'
import { connectionOf, decodeCursor } from './cursor.ts'
import { hasEnded, sittingKey } from './last-write.ts'
import type { HistoryLoaders } from './loaders.ts'
import { type MarkStores, markMutations } from './marks.ts'
import type { Resolvers, SubscriptionResumePointMovedArgs } from './schema.generated.ts'
import type { HistoryStore, ViewingPlace } from './store.ts'

export type HistoryContext = SubgraphContext<HistoryLoaders>
export type HistoryResolverDeps = { readonly store: HistoryStore; readonly marks: MarkStores; readonly events: Pick<EventLog, 'tail'> }
export type TitleReference = { readonly id: string }

const pageMax = 100

/** NOTE: cursors of earlier versions name no title; they stand behind every title of their session. */
const sittingIn = (id: string) => {
  const [sessionId = '', titleId = '', ...more] = id.split('\0')
  return { sessionId, titleId, isOne: sessionId !== '' && more.length === 0 }
}

const placeOf = (after: string | null | undefined): ViewingPlace | null => {
  const place = decodeCursor(after, (id) => sittingIn(id).isOne)
  if (place === null) return null
  const { sessionId, titleId } = sittingIn(place.id)
  return { lastAt: place.at, sessionId, titleId }
}

export const resolvers = ({ store, marks, events }: HistoryResolverDeps): Resolvers => ({
  Query: {
    continueWatching: async (_parent, { first }, { caller: { viewer } }) => {
      const size = pageSize('first', first, pageMax)
      return viewer === null ? [] : [...(await store.unfinished(viewer.profileId, size))]
    },
    viewingHistory: async (_parent, { first, after }, { caller: { viewer } }) => {
      const size = pageSize('first', first, pageMax)
      const found = viewer === null ? [] : await store.viewings(viewer.profileId, placeOf(after), size + 1)
      return connectionOf(found, size, (viewing) => ({ at: viewing.lastAt, id: sittingKey(viewing) }))
    },
    myList: async (_parent, { first, after }, { caller: { viewer } }) => {
      const size = pageSize('first', first, pageMax)
      const place = decodeCursor(after)
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
