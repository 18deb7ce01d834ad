import type { Engines } from '#platform/engines/engines.ts'
import { type KnownEnds, watchEndedSessions } from '#platform/identity/ended-sessions.ts'
import type { Log } from '#platform/observe/log.ts'
import type { Config } from '#platform/settings/config.ts'

type Parts = { readonly config: Pick<Config, 'accessTokenSeconds'>; readonly engines: Pick<Engines, 'open'>; readonly log: Log }

/** What tells this process of sessions that have ended, from its event log, until the stack is disposed of. */
export const watchSessions = async ({ config, engines, log }: Parts, stack: AsyncDisposableStack): Promise<KnownEnds> => {
  const events = await engines.open('events')
  return stack.use(await watchEndedSessions({ events, tokenSeconds: config.accessTokenSeconds, log }))
}
