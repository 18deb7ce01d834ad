import { readFileSync } from 'node:fs'
import type { Logger } from 'pino'
import type { Engines } from '#platform/engines/engines.ts'
import type { ExecuteGraphql, GraphqlService } from '#platform/graphql/execute.ts'
import { remoteService } from '#platform/graphql/remote.ts'
import type { Subgraph } from '#platform/graphql/subgraph.ts'
import { hostsFrom } from '#platform/http/hosts.ts'
import type { Http } from '#platform/http/server.ts'
import { type ReadCaller, readCallerFrom } from '#platform/identity/caller.ts'
import type { SecretStore } from '#platform/identity/secrets.ts'
import { startSubgraph } from '#platform/process/subgraph-definition.ts'
import { watchSessions } from '#platform/process/watch-sessions.ts'
import type { Config } from '#platform/settings/config.ts'
import { createMobile } from '../bffs/mobile/server.ts'
import { createTv } from '../bffs/tv/server.ts'
import { createWeb } from '../bffs/web/server.ts'
import { studioFrom } from '../supergraph/gateway/studio-settings.ts'
import { allowedOriginsFrom, createSupergraphHttp } from '../supergraph/http.ts'
import { createSupergraph } from '../supergraph/server.ts'
import type { Links } from './links.ts'
import { loadSubgraphs } from './subgraphs.ts'

const supergraphSdl = readFileSync(new URL('../supergraph/supergraph.graphql', import.meta.url), 'utf8')

export type ControlPlaneDeps = {
  readonly config: Config
  readonly secrets: SecretStore
  readonly engines: Pick<Engines, 'open' | 'healthy'>
  /** Known once everything listens. */
  readonly links: () => Links
  readonly clock: () => Date
  readonly log: Logger
}
export type Graph = AsyncDisposable & {
  readonly supergraph: Http
  readonly execute: ExecuteGraphql
  readonly readCaller: ReadCaller
}
export type ControlPlane = Graph & { readonly web: Http; readonly tv: Http; readonly mobile: Http }

/** BFFs, supergraph and subgraphs in one process, asking each other as functions; a subgraph with a URL is asked over HTTP. */
export const createControlPlane = async (deps: ControlPlaneDeps): Promise<ControlPlane> => {
  const { engines, links, log } = deps
  await using stack = new AsyncDisposableStack()
  const graph = stack.use(await createGraph(deps))
  const { execute, readCaller } = graph
  const bff = {
    supergraph: execute,
    events: await engines.open('events'),
    readCaller,
    createCache: await engines.open('cache'),
    allowedOrigins: () => [links().web, ...(links().alsoAt ?? []), ...deps.config.corsOrigins],
    pageUrl: () => links().web,
    registeredOnly: deps.config.documents === 'registered',
    heartbeatsPerSecond: deps.config.heartbeatsPerSecond,
    hosts: hostsFrom(deps.config),
    log,
    ready: engines.healthy,
  }
  const apps = { web: await createWeb({ ...bff, page: links }), tv: await createTv(bff), mobile: await createMobile(bff) }
  for (const app of Object.values(apps)) stack.defer(() => app.close())
  const owned = stack.move()
  return { ...apps, supergraph: graph.supergraph, execute, readCaller, [Symbol.asyncDispose]: () => owned.disposeAsync() }
}

/** The supergraph and its subgraphs in one process, without the BFFs. */
export const createGraph = async (deps: Omit<ControlPlaneDeps, 'links'>): Promise<Graph> => {
  const { config, secrets, engines, log } = deps
  await using stack = new AsyncDisposableStack()
  const asked: { supergraph: ExecuteGraphql } = { supergraph: () => Promise.reject(new Error('The supergraph has not started')) }
  const subgraphs = await createSubgraphs(deps, (request, caller) => asked.supergraph(request, caller), stack)
  const supergraph = stack.use(await createSupergraph({ supergraphSdl, subgraphs, studio: studioFrom(config), log }))
  const { execute } = supergraph
  asked.supergraph = execute
  const readCaller = readCallerFrom(config, await secrets.pick('accessPublicKey', 'serviceKey'), await watchSessions(deps, stack))
  const app = createSupergraphHttp({
    supergraph,
    readCaller,
    hosts: hostsFrom(config),
    log,
    ready: engines.healthy,
    explain: config.demo ? 'everyone' : 'operators',
    allowedOrigins: allowedOriginsFrom(config),
  })
  for (const subgraph of Object.values(subgraphs)) subgraph.serve?.(app, readCaller)
  stack.defer(() => app.close())
  const owned = stack.move()
  return { supergraph: app, execute, readCaller, [Symbol.asyncDispose]: () => owned.disposeAsync() }
}

const createSubgraphs = async (
  { config, secrets, engines, clock, log }: Omit<ControlPlaneDeps, 'links'>,
  supergraph: ExecuteGraphql,
  stack: AsyncDisposableStack,
): Promise<Readonly<Record<string, GraphqlService & Pick<Subgraph, 'serve'>>>> => {
  const parts = { config, secrets, engines, supergraph, clock, log }
  const { serviceKey } = await secrets.pick('serviceKey')
  const entries = (await loadSubgraphs()).map(async (definition) => {
    const { name } = definition
    const url = config.subgraphUrls[name] ?? ''
    return [name, url === '' ? stack.use(await startSubgraph(definition, parts)) : remoteService(name, url, serviceKey)] as const
  })
  // NOTE: when one fails, those that are still starting have to be closed with the others; who waits for none would leave them.
  await Promise.allSettled(entries)
  return Object.fromEntries(await Promise.all(entries))
}
