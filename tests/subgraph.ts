import { createPostgresEventLog } from '#platform/adapters/event-log.postgres.ts'
import { createFolderStore } from '#platform/adapters/object-store.folder.ts'
import type { Viewer } from '#platform/contracts/viewer.ts'
import type { ExecuteGraphql } from '#platform/graphql/execute.ts'
import { serveGraphql } from '#platform/graphql/serve.ts'
import { createHttp } from '#platform/http/server.ts'
import { createIssuer } from '#platform/identity/access-token.ts'
import { readCallerFrom } from '#platform/identity/caller.ts'
import { openSecrets } from '#platform/identity/secrets.ts'
import type { EventLog } from '#platform/ports/event-log.ts'
import { type Database, openDatabase } from '#platform/postgres/database.ts'
import { readConfig } from '#platform/settings/config.ts'
import { subgraphMakers } from '../start/control-plane.ts'
import type { SubgraphName } from '../supergraph/compose.ts'
import { copyDatabase, log, temporaryFolder } from './boot.ts'

type Answer = {
  readonly data: Record<string, never> & Record<string, unknown>
  readonly errors?: readonly { readonly message: string; readonly extensions: { readonly code: string } }[]
}
export type ServedSubgraph = AsyncDisposable & {
  readonly database: Database
  readonly events: EventLog
  /** Asks over HTTP, as a member; as nobody when `viewer` is null. */
  readonly ask: (query: string, variables?: object, viewer?: Partial<Viewer> | null) => Promise<Answer>
}

export const ada: Viewer = { accountId: 'a-demo', profileId: 'p-ada', operator: false, maturityLimit: 18, language: 'en' }

/** What subgraphs are made of, on a seeded database of their own. */
export const subgraphParts = async (stack: AsyncDisposableStack) => {
  const folder = stack.use(await temporaryFolder())
  const { url: databaseUrl } = stack.use(await copyDatabase())
  const secrets = await openSecrets(folder.path)
  const links = {
    web: '',
    tv: '',
    mobile: '',
    supergraph: '',
    explorer: '',
    mail: '',
    origin: 'http://origin',
    edges: ['http://edge-a', 'http://edge-b'],
  }
  return {
    config: readConfig([], { CINEGRAPH_DATA: folder.path, DATABASE_URL: databaseUrl }),
    secrets,
    database: stack.use(openDatabase(databaseUrl)),
    events: stack.use(await createPostgresEventLog(databaseUrl, log)),
    objects: createFolderStore(folder.path),
    links: () => links,
    clock: () => new Date(),
    log,
  }
}

/** One subgraph alone, over HTTP on a free port, on a seeded database of its own. */
export const serveSubgraph = async (
  name: SubgraphName,
  supergraph: ExecuteGraphql = () => Promise.reject(new Error('not asked')),
): Promise<ServedSubgraph> => {
  await using stack = new AsyncDisposableStack()
  const deps = await subgraphParts(stack)
  const { secrets, database, events } = deps
  const subgraph = stack.use(await subgraphMakers(deps, supergraph)[name]())
  const app = createHttp({ name, log })
  stack.defer(() => app.close())
  serveGraphql(app, subgraph, readCallerFrom({ region: 'US', regionHeader: '' }, secrets))
  const base = await app.listen({ host: '127.0.0.1', port: 0 })
  const tokens = createIssuer(secrets.accessPrivateKey, 60)
  const owned = stack.move()
  return {
    database,
    events,
    ask: async (query, variables = {}, viewer = {}) => {
      const authorization: Record<string, string> =
        viewer === null ? {} : { authorization: `Bearer ${await tokens.issue({ ...ada, ...viewer })}` }
      const response = await fetch(`${base}/graphql`, {
        method: 'POST',
        headers: { 'content-type': 'application/json', ...authorization },
        body: JSON.stringify({ query, variables }),
      })
      return (await response.json()) as Answer
    },
    [Symbol.asyncDispose]: () => owned.disposeAsync(),
  }
}
