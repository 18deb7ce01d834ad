import type { Viewer } from '#platform/contracts/viewer.ts'
import { openEngines } from '#platform/engines/engines.ts'
import type { ExecuteGraphql } from '#platform/graphql/execute.ts'
import { serveGraphql } from '#platform/graphql/serve.ts'
import { createHttp } from '#platform/http/server.ts'
import { createIssuer } from '#platform/identity/access-token.ts'
import { readCallerFrom } from '#platform/identity/caller.ts'
import { openSecrets } from '#platform/identity/secrets.ts'
import type { EventLog } from '#platform/ports/event-log.ts'
import type { Database } from '#platform/postgres/database.ts'
import { startSubgraph } from '#platform/process/subgraph-definition.ts'
import { watchSessions } from '#platform/process/watch-sessions.ts'
import { readConfig } from '#platform/settings/config.ts'
import { loadSubgraph } from '../start/subgraphs.ts'
import { copyDatabase, log, makeSecrets, temporaryFolder } from './boot.ts'

type Answer = {
  readonly data: Record<string, never> & Record<string, unknown>
  readonly errors?: readonly { readonly message: string; readonly extensions: { readonly code: string } }[]
}
export type ServedSubgraph = AsyncDisposable & {
  readonly database: Database
  readonly events: EventLog
  /** Asks over HTTP, as a member; as nobody when `viewer` is null. */
  readonly ask: (query: string, variables?: object, viewer?: Partial<Viewer> | null) => Promise<Answer>
  /** The same, with the answer as it came. */
  readonly send: (request: object, viewer?: Partial<Viewer> | null) => Promise<{ readonly status: number; readonly body: string }>
}

export const ada: Viewer = { accountId: 'a-demo', profileId: 'p-ada', operator: false, maturityLimit: 18, language: 'en' }

/** What subgraphs are made of, on a seeded database of their own. */
export const subgraphParts = async (stack: AsyncDisposableStack) => {
  const folder = stack.use(await temporaryFolder())
  const { url: databaseUrl } = stack.use(await copyDatabase())
  const identity = await makeSecrets(folder.path)
  const secrets = openSecrets(folder.path)
  const config = readConfig([], {
    CINEGRAPH_DATA: folder.path,
    DATABASE_URL: databaseUrl,
    CINEGRAPH_ORIGIN_URL: 'http://origin',
    CINEGRAPH_EDGE_URLS: 'http://edge-a,http://edge-b',
  })
  return { config, secrets, identity, engines: stack.use(openEngines(config, log)), clock: () => new Date(), log }
}

/** One subgraph alone, over HTTP on a free port, on a seeded database of its own. */
export const serveSubgraph = async (
  name: string,
  supergraph: ExecuteGraphql = () => Promise.reject(new Error('not asked')),
): Promise<ServedSubgraph> => {
  await using stack = new AsyncDisposableStack()
  const parts = await subgraphParts(stack)
  const { identity, engines } = parts
  const subgraph = stack.use(await startSubgraph(await loadSubgraph(name), { ...parts, supergraph }))
  const app = createHttp({ name, log })
  stack.defer(() => app.close())
  serveGraphql(
    app,
    subgraph,
    readCallerFrom({ region: 'US', regionHeader: '', addressHeader: '' }, identity, await watchSessions(parts, stack)),
  )
  const base = await app.listen({ host: '127.0.0.1', port: 0 })
  const tokens = createIssuer(identity.accessPrivateKey, 60)
  const send: ServedSubgraph['send'] = async (request, viewer = {}) => {
    const authorization: Record<string, string> =
      viewer === null ? {} : { authorization: `Bearer ${await tokens.issue({ ...ada, ...viewer })}` }
    const headers = { 'content-type': 'application/json', ...authorization }
    const response = await fetch(`${base}/graphql`, { method: 'POST', headers, body: JSON.stringify(request) })
    return { status: response.status, body: await response.text() }
  }
  const owned = stack.move()
  return {
    database: await engines.open('database'),
    events: await engines.open('events'),
    send,
    ask: async (query, variables = {}, viewer = {}) => JSON.parse((await send({ query, variables }, viewer)).body) as Answer,
    [Symbol.asyncDispose]: () => owned.disposeAsync(),
  }
}
