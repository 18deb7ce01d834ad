import { CinegraphError } from '#platform/errors/errors.ts'
import { type Ask, dataOrThrow, operation } from '#platform/graphql/operation.ts'
import { signedIn } from './context.ts'
import type {
  ExportedAccountQuery,
  ExportedAccountQueryVariables,
  ExportedViewingsQuery,
  ExportedViewingsQueryVariables,
} from './operations.generated.ts'
import type { QueryResolvers } from './schema.generated.ts'

const here = import.meta.url
const accountQuery = operation<ExportedAccountQuery, ExportedAccountQueryVariables>('./operations/exportedAccount.graphql', here)
const viewingsQuery = operation<ExportedViewingsQuery, ExportedViewingsQueryVariables>('./operations/exportedViewings.graphql', here)

/** Of one answer; a history that is longer ends there. */
const pagesMax = 200

/** Everything that is known of whoever asks, as JSON text (GDPR, article 20). NOTE: of the watching profile, because none sees another's. */
export const dataExport: QueryResolvers['dataExport'] = async (_parent, _args, context) => {
  const { ask } = signedIn(context)
  const { me, watching, ...played } = dataOrThrow(await ask(accountQuery, {}))
  if (me === null) throw new CinegraphError('UNAUTHENTICATED')
  const viewings = await Array.fromAsync(pagesOf(ask))
  return JSON.stringify({ account: me, profile: watching, ...played, viewings: viewings.flat() })
}

async function* pagesOf(ask: Ask) {
  let after: string | null = null
  for (let page = 0; page < pagesMax; page += 1) {
    const { viewingHistory }: ExportedViewingsQuery = dataOrThrow(await ask(viewingsQuery, { after }))
    yield viewingHistory.edges.map(({ node }) => node)
    after = viewingHistory.pageInfo.endCursor
    if (!viewingHistory.pageInfo.hasNextPage) return
  }
}
