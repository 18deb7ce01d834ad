import { dataOrThrow, operation } from '#platform/graphql/operation.ts'
import { signedIn } from './context.ts'
import type { SuggestionsQuery, SuggestionsQueryVariables } from './operations.generated.ts'
import type { QueryResolvers } from './schema.generated.ts'

const ask = operation<SuggestionsQuery, SuggestionsQueryVariables>('./operations/suggestions.graphql', import.meta.url)

/** Names that may be meant by a beginning, of what the watching profile may see here. */
export const suggestions: QueryResolvers['suggestions'] = async (_parent, { text, first }, context) =>
  dataOrThrow(await signedIn(context).ask(ask, { text, first })).suggestions
