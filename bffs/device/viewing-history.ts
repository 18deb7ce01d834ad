import { dataOrThrow, operation } from '#platform/graphql/operation.ts'
import { signedIn } from './context.ts'
import type { ViewingHistoryQuery, ViewingHistoryQueryVariables } from './operations.generated.ts'
import { applyRules } from './rules.ts'
import type { QueryResolvers } from './schema.generated.ts'

const history = operation<ViewingHistoryQuery, ViewingHistoryQueryVariables>('./operations/viewingHistory.graphql', import.meta.url)

type Viewing = ViewingHistoryQuery['viewingHistory']['edges'][number]['node']
type Title = NonNullable<Viewing['title']>

/** What the watching profile has played. A title that is gone, or that the profile may not see, is left out. */
export const viewingHistory: QueryResolvers['viewingHistory'] = async (_parent, { first, after }, context) => {
  const { ask, viewer } = signedIn(context)
  const { edges, pageInfo } = dataOrThrow(await ask(history, { first, after, language: viewer.language })).viewingHistory
  const titles = edges.flatMap(({ node: { title } }) => (title === null ? [] : [title]))
  const allowed = applyRules(new Map(titles.map((title) => [title.id, title])), viewer)
  return {
    viewings: edges.flatMap(({ node }) => presentViewing(node, allowed)),
    endCursor: pageInfo.hasNextPage ? pageInfo.endCursor : null,
  }
}

const presentViewing = ({ title, ...viewing }: Viewing, allowed: ReadonlyMap<string, Title>) => {
  const shown = allowed.get(title?.id ?? '')
  return shown === undefined ? [] : [{ titleId: shown.id, name: shown.name, ...viewing }]
}
