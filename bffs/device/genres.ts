import { GenreName, parseInput } from '#platform/contracts/fields.ts'
import { dataOrThrow, operation } from '#platform/graphql/operation.ts'
import { signedIn, type Watcher } from './context.ts'
import type { GenreIdsQuery, GenreIdsQueryVariables, GenreNamesQuery, GenreNamesQueryVariables } from './operations.generated.ts'
import type { QueryResolvers } from './schema.generated.ts'
import type { PageSkeleton, Paging } from './title-pages.ts'

const genreNames = operation<GenreNamesQuery, GenreNamesQueryVariables>('./operations/genres.graphql', import.meta.url)
const genreIds = operation<GenreIdsQuery, GenreIdsQueryVariables>('./operations/genre.graphql', import.meta.url)

/** Genres of which the watching profile may see something. */
export const genres: QueryResolvers['genres'] = async (_parent, _args, context) =>
  dataOrThrow(await signedIn(context).ask(genreNames, {})).genres

/** Which titles stand on a page of a genre, what most people want first. */
export const genrePage = async ({ ask }: Watcher, name: string, { first, after }: Paging): Promise<PageSkeleton> => {
  const genre = parseInput('A genre', GenreName, name)
  const { edges, pageInfo } = dataOrThrow(await ask(genreIds, { genre, first, after })).browse
  return { ids: edges.map(({ node }) => node.id), endCursor: pageInfo.hasNextPage ? pageInfo.endCursor : null }
}
