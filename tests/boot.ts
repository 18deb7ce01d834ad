import { randomUUID } from 'node:crypto'
import { chmod, mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import pg from 'pg'
import { openEngines } from '#platform/engines/engines.ts'
import type { Open } from '#platform/engines/table.ts'
import type { ExecuteGraphql } from '#platform/graphql/execute.ts'
import { serveGraphql } from '#platform/graphql/serve.ts'
import { createHttp } from '#platform/http/server.ts'
import { readCallerFrom } from '#platform/identity/caller.ts'
import { createSecrets, openSecrets, type Secrets, secretNames } from '#platform/identity/secrets.ts'
import { createLog } from '#platform/observe/log.ts'
import type { EventLog } from '#platform/ports/event-log.ts'
import type { ObjectStore } from '#platform/ports/object-store.ts'
import type { SearchIndex } from '#platform/ports/search-index.ts'
import type { Database } from '#platform/postgres/database.ts'
import { type SubgraphParts, startSubgraph } from '#platform/process/subgraph-definition.ts'
import { watchSessions } from '#platform/process/watch-sessions.ts'
import { type Config, readConfig } from '#platform/settings/config.ts'
import { fillFromOrigin } from '../edge/fill.ts'
import { createOrigin } from '../edge/origin.ts'
import { createEdge } from '../edge/server.ts'
import { demoMember } from '../prisma/seed/members.ts'
import { createControlPlane } from '../start/control-plane.ts'
import type { Links } from '../start/links.ts'
import { loadSubgraph } from '../start/subgraphs.ts'
import { createWorkers } from '../start/workers.ts'
import { ownSettings } from './engines/up.ts'

export type BootOptions = {
  readonly config?: Partial<Config>
  /** Subgraphs that run behind HTTP, so that a test can stop them. */
  readonly remote?: readonly string[]
  readonly workers?: boolean
}
export type Platform = AsyncDisposable & {
  readonly links: Links
  readonly secrets: Secrets
  readonly databaseUrl: string
  readonly database: Database
  readonly events: EventLog
  readonly objects: ObjectStore
  readonly mailbox: ObjectStore
  /** Where the remote subgraphs answer. */
  readonly remotes: Readonly<Record<string, string>>
  /** Stops a remote subgraph, an edge (`edge-1`), or the search index, for good. */
  readonly stop: (what: string) => Promise<void>
}

export const log = createLog('test', process.env.CINEGRAPH_TEST_LOG ?? 'silent')
const host = '127.0.0.1'

/** A copy of the seeded template database, dropped when disposed. */
export const copyDatabase = async (): Promise<AsyncDisposable & { readonly url: string }> => {
  const admin = process.env.CINEGRAPH_TEST_POSTGRES
  if (admin === undefined) throw new Error('Run tests with `npm test`: it starts the database that they share')
  const name = `test_${randomUUID().replaceAll('-', '')}`
  const run = async (sql: string): Promise<void> => {
    const client = new pg.Client({ connectionString: admin })
    await client.connect()
    await client.query(sql).finally(() => client.end())
  }
  await run(`create database ${name} template cinegraph_template strategy file_copy`)
  const url = new URL(admin)
  url.pathname = `/${name}`
  return { url: url.href, [Symbol.asyncDispose]: () => run(`drop database if exists ${name} with (force)`) }
}

export const temporaryFolder = async (): Promise<AsyncDisposable & { readonly path: string }> => {
  const path = await mkdtemp(join(tmpdir(), 'cinegraph-test-'))
  // NOTE: run as root, the database would otherwise be put where its account may enter, outside of this folder.
  await chmod(path, 0o755)
  return { path, [Symbol.asyncDispose]: () => rm(path, { recursive: true, force: true }) }
}

/** All secrets of a data folder, made there. */
export const makeSecrets = async (dir: string): Promise<Secrets> => {
  await createSecrets(dir)
  return openSecrets(dir).pick(...secretNames)
}

/** The whole service in this process, on free ports, with the functions that `npm start` uses. */
export const bootPlatform = async ({ config: overrides = {}, remote = [], workers = false }: BootOptions = {}): Promise<Platform> => {
  await using stack = new AsyncDisposableStack()
  const folder = stack.use(await temporaryFolder())
  const { url: databaseUrl } = stack.use(await copyDatabase())
  const secrets = { ...(await makeSecrets(folder.path)), operatorPassword: 'operator-for-tests' }
  const search = breakableSearch()
  const settings = {
    ...readConfig([], ownSettings()),
    data: folder.path,
    databaseUrl,
    regionHeader: 'x-country',
    addressHeader: 'x-client',
    ...overrides,
  }
  const engines = stack.use(openEngines(settings, log, { search: search.open }))
  const [database, events, jobs] = [await engines.open('database'), await engines.open('events'), await engines.open('jobs')]
  const [objects, mailbox] = [await engines.open('objects'), await engines.open('mailbox')]
  const clock = () => new Date()
  const origin = createOrigin({ name: 'origin', log, objects, ...secrets, clock })
  stack.defer(() => origin.close())
  const originUrl = await origin.listen({ host, port: 0 })
  const started = await Promise.all([1, 2].map(() => startEdge(originUrl, secrets, stack)))
  const edges = started.map(({ url }) => url)
  let links: Links = {
    web: '',
    tv: '',
    mobile: '',
    supergraph: '',
    explorer: '',
    mail: '',
    metrics: [],
    origin: originUrl,
    edges,
    demo: demoMember,
  }
  const base = { ...settings, originUrl, edgeUrls: edges, ...overrides }
  const deps = { config: base, secrets: openSecrets(folder.path), engines, clock, log }
  const asked: { supergraph: ExecuteGraphql } = { supergraph: () => Promise.reject(new Error('The supergraph has not started')) }
  const supergraph: ExecuteGraphql = (request, caller) => asked.supergraph(request, caller)
  const remotes = new Map(
    await Promise.all(remote.map(async (name) => [name, await startRemote(name, { ...deps, supergraph }, stack)] as const)),
  )
  const subgraphUrls = { ...base.subgraphUrls, ...Object.fromEntries([...remotes].map(([name, { url }]) => [name, url])) }
  const plane = stack.use(await createControlPlane({ ...deps, config: { ...base, subgraphUrls }, links: () => links }))
  asked.supergraph = plane.execute
  const listen = (what: 'web' | 'tv' | 'mobile' | 'supergraph') => plane[what].listen({ host, port: 0 })
  links = {
    ...links,
    web: await listen('web'),
    tv: await listen('tv'),
    mobile: await listen('mobile'),
    supergraph: await listen('supergraph'),
  }
  if (workers)
    links = {
      ...links,
      mail: await startWorkers({ events, jobs, objects, mailbox, workRoot: join(folder.path, 'work'), webUrl: links.web }, stack),
    }
  const owned = stack.move()
  const stoppable = new Map([...remotes, ...started.map((edge, at) => [`edge-${at + 1}`, edge] as const)])
  const stop = async (what: string) => (what === 'search' ? search.break() : stoppable.get(what)?.stop())
  const remoteUrls = Object.fromEntries([...remotes].map(([name, { url }]) => [name, url]))
  return {
    links,
    secrets,
    databaseUrl,
    database,
    events,
    objects,
    mailbox,
    remotes: remoteUrls,
    stop,
    [Symbol.asyncDispose]: () => owned.disposeAsync(),
  }
}

const startEdge = async (originUrl: string, secrets: Secrets, stack: AsyncDisposableStack): Promise<Remote> => {
  const edge = createEdge({
    name: 'edge',
    log,
    streamKey: secrets.streamKey,
    bytesMax: 64 * 1_048_576,
    fill: fillFromOrigin(originUrl, secrets.serviceKey),
    clock: () => new Date(),
  })
  stack.defer(() => edge.close())
  const url = await edge.listen({ host, port: 0 })
  const stop = async (): Promise<void> => {
    // NOTE: the listener first, or a player is served again before the rest of the server closes.
    edge.server.close()
    edge.server.closeAllConnections()
    await edge.close()
  }
  return { url, stop }
}

const startWorkers = async (
  parts: Pick<Parameters<typeof createWorkers>[0], 'events' | 'jobs' | 'objects' | 'mailbox' | 'workRoot' | 'webUrl'>,
  stack: AsyncDisposableStack,
): Promise<string> => {
  const app = createHttp({ name: 'workers', log })
  stack.defer(() => app.close())
  stack.use(await createWorkers({ ...parts, app, clock: () => new Date(), log }))
  return app.listen({ host, port: 0 })
}

type Remote = { readonly url: string; readonly stop: () => Promise<void> }

const startRemote = async (name: string, parts: SubgraphParts, stack: AsyncDisposableStack): Promise<Remote> => {
  const subgraph = stack.use(await startSubgraph(await loadSubgraph(name), parts))
  const app = createHttp({ name, log })
  const keys = await parts.secrets.pick('accessPublicKey', 'serviceKey')
  const readCaller = readCallerFrom({ region: 'US', regionHeader: '', addressHeader: '' }, keys, await watchSessions(parts, stack))
  serveGraphql(app, subgraph, readCaller)
  subgraph.serve?.(app, readCaller)
  const url = await app.listen({ host, port: 0 })
  stack.defer(() => app.close())
  return { url, stop: () => app.close() }
}

/** The index that the settings choose, which can be made to fail as one whose server has gone. */
const breakableSearch = (): { readonly open: Open<SearchIndex>; readonly break: () => Promise<void> } => {
  let broken = false
  return {
    open: async (settings, openLog) => {
      const engines = openEngines(readConfig([], settings), openLog)
      const inner = await engines.open('search')
      const search: SearchIndex['search'] = async (query) => {
        if (broken) throw new Error('connect ECONNREFUSED')
        return inner.search(query)
      }
      return { ...inner, search, [Symbol.asyncDispose]: () => engines[Symbol.asyncDispose]() }
    },
    break: async () => {
      broken = true
    },
  }
}
