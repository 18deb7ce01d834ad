import assert from 'node:assert/strict'
import { subscribe, unsubscribe } from 'node:diagnostics_channel'
import type { AddressInfo } from 'node:net'
import { after, before, test } from 'node:test'
import type { FastifyInstance } from 'fastify'
import { objectKey } from '#platform/contracts/object-key.ts'
import { createAdmin } from '#platform/http/admin.ts'
import { subgraphNames } from '#platform/settings/subgraphs.ts'
import { bootPlatform, log, type Platform } from '../boot.ts'
import { type HttpGraph, httpGraph } from '../federation/http-graph.ts'
import { makeHousehold } from './household.ts'
import { headersOf, type Role, roles } from './roles.ts'
import { type Cells, differences, sectionOf } from './table.ts'

type Route = { readonly method: string; readonly url: string }
/** The routes of every server of this process, as they are made. */
const made = new Map<FastifyInstance, Route[]>()
const onServer = (message: unknown): void => {
  const { fastify } = message as { readonly fastify: FastifyInstance }
  const routes: Route[] = []
  made.set(fastify, routes)
  fastify.addHook('onRoute', ({ method, url }) => void routes.push(...[method].flat().map((each) => ({ method: each, url }))))
}

let platform: Platform
let gateway: HttpGraph
const stack = new AsyncDisposableStack()
before(async () => {
  subscribe('fastify.initialization', onServer)
  platform = stack.use(await bootPlatform({ remote: subgraphNames, workers: true, config: { demo: false } }))
  gateway = stack.use(await httpGraph({ a: { sdl: 'type Query { a: Int }', resolvers: {} } }, { cache: { key: 'k'.repeat(32) } }))
  await platform.objects.put(objectKey('art/t-0001/poster.svg'), Buffer.from('<svg/>'), { type: 'image/svg+xml' })
  const admin = createAdmin({ name: 'admin', log })
  stack.defer(() => admin.close())
  await admin.listen({ host: '127.0.0.1', port: 0 })
  operators = `http://127.0.0.1:${(admin.server.address() as AddressInfo).port}`
})
after(async () => {
  unsubscribe('fastify.initialization', onServer)
  await stack.disposeAsync()
})
let operators = ''

/** Every kind of server by its address; those of one kind are alike. */
const servers = (): Readonly<Record<string, string>> => ({
  web: platform.links.web,
  tv: platform.links.tv,
  mobile: platform.links.mobile,
  supergraph: platform.links.supergraph,
  subgraph: platform.remotes[subgraphNames[0] ?? ''] ?? '',
  'subgraph of profiles': platform.remotes.profile ?? '',
  gateway: gateway.url,
  origin: platform.links.origin,
  edge: platform.links.edges[0] ?? '',
  workers: platform.links.mail,
  operators,
})

/** A path for each route that has a part of its own. */
const pathOf: Readonly<Record<string, string>> = {
  'web /page/*': '/page/style.css',
  'web /lib/*': '/lib/preact.js',
  'origin /objects/*': '/objects/art/t-0001/poster.svg',
  'origin /upload/*': '/upload/sources/x',
  'subgraph of profiles /oauth/*': '/oauth/.well-known/openid-configuration',
  'edge /*': '/t-0001/master.m3u8',
}
const bodyOf: Readonly<Record<string, unknown>> = {
  '/graphql': { query: '{ __typename }' },
  '/explain': { query: '{ __typename }' },
  '/heartbeat': {
    titleId: 't-0001',
    positionMs: 1,
    durationMs: 600_000,
    sessionId: 's',
    state: 'playing',
    at: new Date().toISOString(),
  },
  '/cache/forget': { tags: ['a'] },
}

const routesAt = (base: string): readonly Route[] => {
  const port = Number(new URL(base).port)
  const found = [...made].find(([{ server }]) => (server.address() as AddressInfo | null)?.port === port)
  const routes = found?.[1] ?? []
  const gets = new Set(routes.filter(({ method }) => method === 'GET').map(({ url }) => url))
  // NOTE: what a GET has beside it, and the answers to preflights, tell nobody more.
  return routes.filter(({ method, url }) => method !== 'OPTIONS' && !(method === 'HEAD' && gets.has(url)))
}

const tryRoute = async (server: string, { method, url }: Route, role: Role): Promise<string> => {
  const asking = { member: await makeHousehold(platform.database), other: await makeHousehold(platform.database) }
  const headers = await headersOf(role, asking, platform.secrets)
  const body = method === 'POST' ? JSON.stringify(bodyOf[url] ?? {}) : method === 'PUT' && server === 'origin' ? 'x' : null
  const query = method === 'GET' && url === '/graphql' ? `?query=${encodeURIComponent('{ __typename }')}` : ''
  const response = await fetch(`${servers()[server]}${pathOf[`${server} ${url}`] ?? url}${query}`, {
    method,
    redirect: 'manual',
    headers: { ...headers, ...(body === null ? {} : { 'content-type': 'application/json' }) },
    body,
  })
  await response.body?.cancel()
  // NOTE: a machine that is busy is late with its own requests; that says nothing about who may ask.
  return response.status === 408 ? tryRoute(server, { method, url }, role) : String(response.status)
}

test('every HTTP route of every process lets in whom its row names, and nobody else', { timeout: 280_000 }, async () => {
  const rows = new Map<string, Cells>()
  for (const [server, base] of Object.entries(servers()))
    for (const route of routesAt(base)) {
      const cells = roles.map(async (role) => [role, await tryRoute(server, route, role)] as const)
      rows.set(`${server} ${route.method} ${route.url}`, Object.fromEntries(await Promise.all(cells)) as Cells)
    }
  assert.ok(rows.size > 50, `${rows.size} routes`)
  const wrong = differences(sectionOf('HTTP routes'), rows)
  assert.equal(wrong.length, 0, `\n${wrong.join('\n')}\n`)
})
