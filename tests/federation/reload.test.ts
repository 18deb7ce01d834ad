import assert from 'node:assert/strict'
import { mkdtemp, rename, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import { createLog } from '#platform/observe/log.ts'
import { startPlannerProcess } from '../../supergraph/engine/plan/planner-process.ts'
import { Serving } from '../../supergraph/gateway/canary.ts'
import { anyDocument } from '../../supergraph/gateway/documents.ts'
import { createGateway } from '../../supergraph/gateway/gateway.ts'
import { createGatewayHttp } from '../../supergraph/gateway/http.ts'
import { parseGatewaySettings } from '../../supergraph/gateway/settings.ts'
import { openSource } from '../../supergraph/gateway/source.ts'
import { until } from '../member.ts'
import { type Service, startService } from './http-graph.ts'
import { composeParts, type Part } from './small-graph.ts'

const partOf = (version: number): Part => ({
  sdl: `type Query { ok: Int v${version}: Int } type Subscription { tick: Int }`,
  resolvers: {
    Query: { ok: () => 1, [`v${version}`]: () => version },
    Subscription: {
      tick: {
        subscribe: async function* () {
          yield { tick: 1 }
          await new Promise(() => undefined)
        },
      },
    },
  },
})

/** The gateway as it is started, with a supergraph file that it watches. */
const watchingGateway = async (stack: AsyncDisposableStack, service: Service) => {
  const folder = await mkdtemp(join(tmpdir(), 'cinegraph-reload-'))
  stack.defer(() => rm(folder, { recursive: true }))
  const file = join(folder, 'supergraph.graphql')
  const write = async (version: number): Promise<void> => {
    await writeFile(`${file}.new`, composeParts({ a: partOf(version) }))
    await rename(`${file}.new`, file)
  }
  await write(0)
  const settings = parseGatewaySettings({ supergraph: file, subgraphs: { a: { url: service.url } } })
  const log = createLog('test', 'silent')
  const planning = stack.use(startPlannerProcess())
  const make = (supergraphSdl: string) => createGateway({ supergraphSdl, settings, planning, log })
  const started = Promise.withResolvers<Serving>()
  const serve = async (sdl: string): Promise<void> => {
    const next = await make(sdl)
    ;(await started.promise).replace(next)
  }
  const source = stack.use(await openSource(settings, { serve, log }))
  const serving = stack.use(new Serving(await make(source.sdl)))
  started.resolve(serving)
  const app = createGatewayHttp({ serving, documents: anyDocument, settings, log })
  stack.defer(() => app.close())
  return { url: await app.listen({ host: '127.0.0.1', port: 0 }), write }
}

test('twenty new supergraphs under load, with a stream open: no request is lost, and the last is served within a second', async () => {
  await using stack = new AsyncDisposableStack()
  const service = await startService(partOf(0), stack)
  const { url, write } = await watchingGateway(stack, service)
  const ask = async (query: string): Promise<{ readonly data?: unknown }> => {
    const headers = { 'content-type': 'application/json' }
    return (await fetch(`${url}/graphql`, { method: 'POST', headers, body: JSON.stringify({ query }) })).json() as Promise<object>
  }
  const gone = new AbortController()
  const stream = await fetch(`${url}/graphql?query=subscription{tick}`, { headers: { accept: 'text/event-stream' }, signal: gone.signal })
  stack.defer(() => gone.abort())
  let isGoing = true
  let lost = 0
  const load = async (): Promise<void> => {
    for (let index = 0; isGoing; index += 1) if (JSON.stringify(await ask(`{ a${index}: ok }`)) !== `{"data":{"a${index}":1}}`) lost += 1
  }
  const loads = Array.from({ length: 4 }, load)
  for (let version = 1; version <= 20; version += 1) {
    await write(version)
    await new Promise((resolve) => setTimeout(resolve, 40))
  }
  const began = performance.now()
  await until('the last is served', 10_000, async () =>
    JSON.stringify(await ask('{ __type(name: "Query") { fields { name } } }')).includes('"v20"'),
  )
  const took = performance.now() - began
  isGoing = false
  await Promise.all(loads)
  assert.equal(lost, 0)
  assert.equal(stream.status, 200)
  assert.ok(took < 3_000, `it took ${took} ms on a busy machine`)
})
