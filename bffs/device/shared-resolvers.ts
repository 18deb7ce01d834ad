import { accountMutations, accountQueries } from './account.ts'
import { credentialMutations } from './credentials.ts'
import { dataExport } from './data-export.ts'
import { genres } from './genres.ts'
import { markMutations } from './marks.ts'
import { play } from './play.ts'
import type { MutationResolvers, QueryResolvers } from './schema.generated.ts'
import { seasonScreen } from './season-screen.ts'
import { sessionMutations } from './session.ts'
import { codeMutations } from './sign-in-code.ts'
import { endingMutations, sessions } from './signed-in-devices.ts'
import { suggestions } from './suggestions.ts'
import { viewingHistory } from './viewing-history.ts'

/** Resolvers of what every device asks in the same words (`schema.graphql` beside this file). */
export const sharedQueries: QueryResolvers = {
  ...accountQueries,
  sessions,
  viewingHistory,
  dataExport,
  genres,
  suggestions,
  season: seasonScreen,
}
export const sharedMutations = (kind: Parameters<typeof play>[0]): MutationResolvers => ({
  ...sessionMutations(kind),
  ...credentialMutations(kind),
  ...codeMutations(kind),
  ...endingMutations,
  ...accountMutations,
  ...markMutations,
  play: play(kind),
})
