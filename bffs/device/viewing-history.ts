import { dataOrThrow, operation } from '#platform/graphql/operation.ts'
import { signedIn } from './context.ts'
import type {
  ViewedTitlesQuery,
  ViewedTitlesQueryVariables,
  ViewingHistoryQuery,
  ViewingHistoryQueryVariables,
} from './operations.generated.ts'
import { applyRules } from './rules.ts'
import type { QueryResolvers } from './schema.generated.ts'

const history = operation<ViewingHistoryQuery, ViewingHistoryQueryVariables>('./operations/viewingHistory.graphql', import.meta.url)
/** NOTE: asked by id, a title that is gone is null in the list; behind a reference each of its fields would be an error. */
const viewedTitles = operation<ViewedTitlesQuery, ViewedTitlesQueryVariables>('./operations/viewedTitles.graphql', import.meta.url)

type Viewing = ViewingHistoryQuery['viewingHistory']['edges'][number]['node']
type Title = NonNullable<ViewedTitlesQuery['titles'][number]>

/** What the watching profile has played. A title that is gone, or that the profile may not see, is left out. */
export const viewingHistory: QueryResolvers['viewingHistory'] = async (_parent, { first, after }, context) => {
  const { ask, viewer } = signedIn(context)
  const { edges, pageInfo } = dataOrThrow(await ask(history, { first, after })).viewingHistory
  const ids = [...new Set(edges.flatMap(({ node }) => node.title?.id ?? []))]
  const { titles } = ids.length === 0 ? { titles: [] } : dataOrThrow(await ask(viewedTitles, { ids, language: viewer.language }))
  const present = titles.filter((title) => title !== null)
  const allowed = applyRules(new Map(present.map((title) => [title.id, title])), viewer)
  return {
    viewings: edges.flatMap(({ node }) => presentViewing(node, allowed)),
    endCursor: pageInfo.hasNextPage ? pageInfo.endCursor : null,
  }
}

const presentViewing = ({ title, ...viewing }: Viewing, allowed: ReadonlyMap<string, Title>) => {
  const shown = allowed.get(title?.id ?? '')
  return shown === undefined ? [] : [{ titleId: shown.id, name: shown.name, ...viewing }]
}
