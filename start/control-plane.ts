import { readFileSync } from 'node:fs'
import type { Logger } from 'pino'
import { createMemoryCache } from '#platform/adapters/cache.memory.ts'
import { createMiniSearchIndex } from '#platform/adapters/search-index.minisearch.ts'
import type { ExecuteGraphql, GraphqlService } from '#platform/graphql/execute.ts'
import { remoteService } from '#platform/graphql/remote.ts'
import type { Subgraph } from '#platform/graphql/subgraph.ts'
import type { Http } from '#platform/http/server.ts'
import { type ReadCaller, readCallerFrom } from '#platform/identity/caller.ts'
import type { Secrets } from '#platform/identity/secrets.ts'
import type { EventLog } from '#platform/ports/event-log.ts'
import type { ObjectStore } from '#platform/ports/object-store.ts'
import type { SearchIndex } from '#platform/ports/search-index.ts'
import type { Database } from '#platform/postgres/database.ts'
import { relayOutbox } from '#platform/postgres/outbox.ts'
import type { Config } from '#platform/settings/config.ts'
import { createMobile } from '../bffs/mobile/server.ts'
import { createTv } from '../bffs/tv/server.ts'
import { createWeb } from '../bffs/web/server.ts'
import { createCatalog } from '../subgraphs/catalog/server.ts'
import { createHistory } from '../subgraphs/history/server.ts'
import { postgresHistory } from '../subgraphs/history/store.postgres.ts'
import { createPlayback } from '../subgraphs/playback/server.ts'
import { createProfile } from '../subgraphs/profile/server.ts'
import { contentRanking } from '../subgraphs/recs/ranking.content.ts'
import { createRecs } from '../subgraphs/recs/server.ts'
import { postgresRecs } from '../subgraphs/recs/store.postgres.ts'
import type { SubgraphName } from '../supergraph/compose.ts'
import { studioFrom } from '../supergraph/gateway/studio-settings.ts'
import { createSupergraphHttp } from '../supergraph/http.ts'
import { createSupergraph } from '../supergraph/server.ts'
import type { Links } from './links.ts'

const supergraphSdl = readFileSync(new URL('../supergraph/supergraph.graphql', import.meta.url), 'utf8')

export type ControlPlaneDeps = {
  readonly config: Config
  readonly secrets: Secrets
  readonly database: Database
  readonly events: EventLog
  readonly objects: ObjectStore
  readonly index?: SearchIndex
  /** Known once everything listens. */
  readonly links: () => Links
  readonly clock: () => Date
  readonly log: Logger
}
export type ControlPlane = AsyncDisposable & {
  readonly web: Http
  readonly tv: Http
  readonly mobile: Http
  readonly supergraph: Http
  readonly execute: ExecuteGraphql
  readonly readCaller: ReadCaller
}

/** BFFs, supergraph and subgraphs in one process, asking each other as functions; a subgraph with a URL is asked over HTTP. */
export const createControlPlane = async (deps: ControlPlaneDeps): Promise<ControlPlane> => {
  const { config, secrets, database, events, links, log } = deps
  await using stack = new AsyncDisposableStack()
  const asked: { supergraph: ExecuteGraphql } = { supergraph: () => Promise.reject(new Error('The supergraph has not started')) }
  const subgraphs = await createSubgraphs(deps, (request, caller) => asked.supergraph(request, caller), stack)
  const supergraph = stack.use(await createSupergraph({ supergraphSdl, subgraphs, studio: studioFrom(config), log }))
  asked.supergraph = supergraph.execute
  for (const schema of ['profile', 'catalog'] as const) stack.use(relayOutbox({ pool: database.pool, schema, events, log }))
  const readCaller = readCallerFrom(config, secrets)
  const allowedOrigins = () => [links().web]
  const bff = {
    supergraph: supergraph.execute,
    events,
    readCaller,
    createCache: createMemoryCache,
    allowedOrigins,
    log,
    ready: database.healthy,
  }
  const apps = {
    web: await createWeb({ ...bff, page: links }),
    tv: await createTv(bff),
    mobile: await createMobile(bff),
    supergraph: createSupergraphHttp({ supergraph, readCaller, log, ready: database.healthy }),
  }
  for (const app of Object.values(apps)) stack.defer(() => app.close())
  const owned = stack.move()
  return { ...apps, execute: supergraph.execute, readCaller, [Symbol.asyncDispose]: () => owned.disposeAsync() }
}

type Maker = () => Promise<Subgraph>

const createSubgraphs = async (
  deps: ControlPlaneDeps,
  supergraph: ExecuteGraphql,
  stack: AsyncDisposableStack,
): Promise<Readonly<Record<string, GraphqlService>>> => {
  const { config, secrets } = deps
  const makers = subgraphMakers(deps, supergraph)
  const urls: Readonly<Record<string, string>> = {
    profile: config.profileUrl,
    catalog: config.catalogUrl,
    playback: config.playbackUrl,
    history: config.historyUrl,
    recs: config.recsUrl,
  }
  const entries = Object.entries(makers).map(async ([name, make]) => {
    const url = urls[name] ?? ''
    return [name, url === '' ? stack.use(await make()) : remoteService(name, url, secrets.serviceKey)] as const
  })
  return Object.fromEntries(await Promise.all(entries))
}

/** How each subgraph is made, by its name. */
export const subgraphMakers = (
  { config, secrets, database, events, objects, index = createMiniSearchIndex(), links, clock, log }: ControlPlaneDeps,
  supergraph: ExecuteGraphql,
): Readonly<Record<SubgraphName, Maker>> => ({
  profile: () =>
    createProfile({ database, accessPrivateKey: secrets.accessPrivateKey, accessTokenSeconds: config.accessTokenSeconds, clock, log }),
  catalog: () => createCatalog({ database, events, objects, index, originUrl: links().origin, streamKey: secrets.streamKey, clock, log }),
  playback: () =>
    createPlayback({
      database,
      supergraph,
      edges: links().edges,
      streamKey: secrets.streamKey,
      tokenSeconds: config.streamTokenSeconds,
      clock,
      log,
    }),
  history: () => createHistory({ store: postgresHistory(database.pool), events, clock, log }),
  recs: () => createRecs({ store: postgresRecs(database), ranking: contentRanking, cache: createMemoryCache(1), events, log }),
})
