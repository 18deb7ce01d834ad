import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
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
import { Live } from '../../supergraph/gateway/live.ts'
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
  const app = createGatewayHttp({ serving, live: new Live({ documents: anyDocument, settings, hooks: [] }), log })
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

test('changed settings are served without a lost request; wrong ones are said by their path, and those before go on', async () => {
  await using stack = new AsyncDisposableStack()
  const service = await startService(partOf(0), stack)
  const folder = await mkdtemp(join(tmpdir(), 'cinegraph-reload-'))
  stack.defer(() => rm(folder, { recursive: true }))
  const file = join(folder, 'gateway.yaml')
  const settle = (text: string): Promise<void> =>
    writeFile(file, `supergraph: supergraph.graphql\nport: 0\nsubgraphs: { a: { url: "${service.url}" } }\n${text}`)
  await writeFile(join(folder, 'supergraph.graphql'), composeParts({ a: partOf(0) }))
  await settle('')
  const gateway = spawn(process.execPath, [join(import.meta.dirname, '../../supergraph/gateway.main.ts'), '--config', file], {
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  stack.defer(async () => {
    gateway.kill()
    if (gateway.exitCode === null) await once(gateway, 'exit')
  })
  let said = ''
  for (const output of [gateway.stdout, gateway.stderr])
    output.on('data', (text) => {
      said += text
    })
  const address = /answers at (http:\/\/\S+\/graphql)/
  await until('it listens', 60_000, async () => address.test(said))
  const url = address.exec(said)?.[1] ?? ''
  const ask = async (): Promise<string> =>
    (await fetch(url, { method: 'POST', headers: { 'content-type': 'application/json' }, body: '{"query":"{ a: ok b: ok }"}' })).text()
  const fine = '{"data":{"a":1,"b":1}}'
  assert.equal(await ask(), fine)
  let isGoing = true
  stack.defer(() => {
    isGoing = false
  })
  const lost: string[] = []
  const load = (async () => {
    for (; isGoing; ) {
      const answer = await ask().catch((error: unknown) => String(error))
      if (answer !== fine && !answer.includes('QUERY_TOO_MANY_ALIASES')) lost.push(answer)
    }
  })()
  await settle('limits: { aliasesMax: 1 }\nadminPort: 1\n')
  await until('the limit holds', 20_000, async () => (await ask()).includes('QUERY_TOO_MANY_ALIASES'))
  await until('what waits is said', 5_000, async () => /"settings":\["adminPort"\].*restart the gateway/.test(said))
  await settle('limits: { aliasMax: 1 }\n')
  await until('what is wrong is said', 20_000, async () => /limits\.aliasMax.*not served/.test(said))
  assert.match(await ask(), /QUERY_TOO_MANY_ALIASES/)
  await writeFile(join(folder, 'hooks.mjs'), "export const onRequest = () => ({ answer: { errors: [{ message: 'hooked' }] } })")
  await settle('hooks: hooks.mjs\n')
  await until('the hook answers', 20_000, async () => (await ask()).includes('hooked'))
  await settle('')
  await until('it is as it was', 20_000, async () => (await ask()) === fine)
  isGoing = false
  await load
  assert.deepEqual(
    lost.filter((answer) => !answer.includes('hooked')),
    [],
  )
})
