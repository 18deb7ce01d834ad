import { dataOrThrow, operation } from '#platform/graphql/operation.ts'
import type { Watcher } from './context.ts'
import type { MyListIdsQuery, MyListIdsQueryVariables } from './operations.generated.ts'
import type { PageSkeleton, Paging } from './title-pages.ts'

const myListIds = operation<MyListIdsQuery, MyListIdsQueryVariables>('./operations/myList.graphql', import.meta.url)

/** Which titles stand on a page of the watching profile's list. */
export const myListPage = async ({ ask }: Watcher, { first, after }: Paging): Promise<PageSkeleton> => {
  const { edges, pageInfo } = dataOrThrow(await ask(myListIds, { first, after })).myList
  return { ids: edges.flatMap(({ node }) => node.title?.id ?? []), endCursor: pageInfo.hasNextPage ? pageInfo.endCursor : null }
}
