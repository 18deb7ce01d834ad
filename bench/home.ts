import { isDeepStrictEqual } from 'node:util'
import type { Caller } from '#platform/contracts/viewer.ts'
import type { GraphqlAnswer, GraphqlRequest, GraphqlService } from '#platform/graphql/execute.ts'
import type { Http } from '#platform/http/server.ts'
import { createIssuer } from '#platform/identity/access-token.ts'
import { readCallerFrom } from '#platform/identity/caller.ts'
import { noneEnded } from '#platform/identity/ended-sessions.ts'
import { startSubgraph } from '#platform/process/subgraph-definition.ts'
import { createMobile } from '../bffs/mobile/server.ts'
import { createTv } from '../bffs/tv/server.ts'
import { createWeb } from '../bffs/web/server.ts'
import { loadSubgraphs } from '../start/subgraphs.ts'
import { compose } from '../supergraph/compose.ts'
import { createSupergraph } from '../supergraph/server.ts'
import { log } from '../tests/boot.ts'
import { globalSetup, globalTeardown } from '../tests/setup.ts'
import { ada, subgraphParts } from '../tests/subgraph.ts'

// npm run bench:home [-- --json]: what the gateway itself costs on the way of a home screen in one process. The screen is
// asked once of the real subgraphs; then its operations are asked again and again of subgraphs that give the same answers
// as remembered texts, once through the gateway and once without it: the difference is the gateway's.
const rounds = 2_000
type Asked = { readonly request: GraphqlRequest; readonly caller: Caller }
type Figures = { readonly screen: string; readonly operations: number; readonly fetches: number; readonly gatewayMs: number }

const cpuMs = async (work: () => Promise<void>): Promise<number> => {
  for (let round = 0; round < rounds / 4; round += 1) await work()
  const before = process.cpuUsage()
  for (let round = 0; round < rounds; round += 1) await work()
  const { user, system } = process.cpuUsage(before)
  return (user + system) / 1000 / rounds
}

const keyOf = (name: string, { query, variables }: GraphqlRequest): string => `${name} ${query} ${JSON.stringify(variables)}`
const unsubscribed: GraphqlService['subscribe'] = () => {
  throw new TypeError('A home screen subscribes to nothing')
}

await globalSetup()
try {
  await using stack = new AsyncDisposableStack()
  const parts = await subgraphParts(stack)
  const { config, identity, engines } = parts
  const supergraph = () => Promise.reject(new Error('not asked'))
  const answers = new Map<string, string>()
  const live: Record<string, GraphqlService> = {}
  const remembered: Record<string, GraphqlService> = {}
  for (const definition of await loadSubgraphs()) {
    const { name } = definition
    const subgraph = stack.use(await startSubgraph(definition, { ...parts, supergraph }))
    const execute: GraphqlService['execute'] = async (request, caller) => {
      const answer = await subgraph.execute(request, caller)
      answers.set(keyOf(name, request), JSON.stringify(answer))
      return answer
    }
    live[name] = { execute, subscribe: unsubscribed }
    const again = async (request: GraphqlRequest) => JSON.parse(answers.get(keyOf(name, request)) ?? '') as GraphqlAnswer
    remembered[name] = { execute: again, subscribe: unsubscribed }
  }
  const { supergraph: supergraphSdl } = await compose()
  const whole = stack.use(await createSupergraph({ supergraphSdl, subgraphs: live, log }))
  const gateway = stack.use(await createSupergraph({ supergraphSdl, subgraphs: remembered, log }))
  const authorization = `Bearer ${await createIssuer(identity.accessPrivateKey, 600).issue(ada)}`
  const bffOf = {
    tv: createTv,
    mobile: createMobile,
    web: (deps: Parameters<typeof createTv>[0]): Promise<Http> =>
      createWeb({ ...deps, page: () => ({ web: '', tv: '', mobile: '', edges: [] }) }),
  }
  const results: Figures[] = []
  for (const [screen, create] of Object.entries(bffOf)) {
    const asked: Asked[] = []
    answers.clear()
    const recorded = async (request: GraphqlRequest, caller: Caller): Promise<GraphqlAnswer> => {
      asked.push({ request, caller })
      return whole.execute(request, caller)
    }
    const readCaller = readCallerFrom(config, identity, noneEnded)
    const [events, createCache] = [await engines.open('events'), await engines.open('cache')]
    const bff = await create({ supergraph: recorded, events, readCaller, createCache, allowedOrigins: () => [], log })
    stack.defer(() => bff.close())
    const documents = (await bff.inject('/documents.json')).json<Record<string, string>>()
    const home = await bff.inject({ method: 'POST', url: '/graphql', headers: { authorization }, payload: { query: documents.home } })
    if (home.json<GraphqlAnswer>().errors) throw new Error(home.body)
    for (const { request, caller } of asked)
      if (!isDeepStrictEqual(await gateway.execute(request, caller), await whole.execute(request, caller)))
        throw new Error(`Another answer from memory: ${request.query}`)
    const texts = [...answers.values()]
    const withGateway = await cpuMs(
      async () => void (await Promise.all(asked.map(({ request, caller }) => gateway.execute(request, caller)))),
    )
    const without = await cpuMs(async () => void (await Promise.all(texts.map(async (text) => JSON.parse(text) as unknown))))
    results.push({
      screen: `${screen} home`,
      operations: asked.length,
      fetches: texts.length,
      gatewayMs: Math.round((withGateway - without) * 1000) / 1000,
    })
  }
  if (process.argv.includes('--json')) process.stdout.write(`${JSON.stringify({ rounds, results })}\n`)
  else console.table(results)
} finally {
  await globalTeardown()
}
