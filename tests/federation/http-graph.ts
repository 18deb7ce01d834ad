import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { composeServices } from '@apollo/composition'
import { buildSubgraphSchema } from '@apollo/subgraph'
import { execute, type GraphQLSchema, parse, subscribe, validate } from 'graphql'
import { useServer } from 'graphql-ws/use/ws'
import { WebSocketServer } from 'ws'
import type { HttpDeps } from '#platform/http/server.ts'
import { createLog } from '#platform/observe/log.ts'
import { startPlannerProcess } from '../../supergraph/engine/plan/planner-process.ts'
import { Serving } from '../../supergraph/gateway/canary.ts'
import { openDocuments } from '../../supergraph/gateway/documents.ts'
import { createGateway, type Gateway } from '../../supergraph/gateway/gateway.ts'
import { openHooks } from '../../supergraph/gateway/hooks.ts'
import { createGatewayHttp } from '../../supergraph/gateway/http.ts'
import { Live } from '../../supergraph/gateway/live.ts'
import { parseGatewaySettings } from '../../supergraph/gateway/settings.ts'
import type { Verdict } from '../../supergraph/gateway/trial.ts'
import { linked, type Part } from './small-graph.ts'

export type Service = {
  readonly url: string
  readonly seen: IncomingMessage['headers'][]
  readonly stop: () => Promise<void>
  slow: number
  headers: Record<string, string>
  failing: boolean
}
export type HttpGraph = AsyncDisposable & {
  readonly url: string
  readonly services: Readonly<Record<string, Service>>
  readonly serving: Serving
  readonly verdicts: readonly Verdict[]
  readonly make: (parts: Readonly<Record<string, Part>>) => Promise<Gateway>
}

/** The gateway on HTTP over real subgraphs on HTTP, all on free ports. Subgraphs answer queries, server-sent events and WebSockets. */
export const httpGraph = async (
  parts: Readonly<Record<string, Part>>,
  settings: object = {},
  tls: HttpDeps['tls'] = undefined,
): Promise<HttpGraph> => {
  await using stack = new AsyncDisposableStack()
  const services: Record<string, Service> = {}
  for (const [name, part] of Object.entries(parts)) services[name] = await startService(part, stack)
  const verdicts: Verdict[] = []
  const log = createLog('test', 'silent')
  const planning = stack.use(startPlannerProcess())
  const read = parseGatewaySettings({ supergraph: 'x', ...settings })
  const hooks = await openHooks(read, log)
  const make = (each: Readonly<Record<string, Part>>) =>
    createGateway({ supergraphSdl: compose(each, services), settings: read, planning, log, hooks })
  const serving = stack.use(new Serving(await make(parts), (verdict) => verdicts.push(verdict)))
  const app = createGatewayHttp({ serving, live: new Live({ documents: await openDocuments(read), settings: read, hooks }), log, tls })
  stack.defer(() => app.close())
  const url = await app.listen({ host: '127.0.0.1', port: 0 })
  const owned = stack.move()
  return { url, services, serving, verdicts, make, [Symbol.asyncDispose]: () => owned.disposeAsync() }
}

const compose = (parts: Readonly<Record<string, Part>>, services: Readonly<Record<string, Service>>): string => {
  const { supergraphSdl, errors } = composeServices(
    Object.entries(parts).map(([name, { sdl }]) => ({ name, url: services[name]?.url ?? '', typeDefs: parse(linked(sdl)) })),
  )
  if (supergraphSdl === undefined) throw new AggregateError(errors)
  return supergraphSdl
}

/** One subgraph on HTTP. */
export const startService = async ({ sdl, resolvers }: Part, stack: AsyncDisposableStack): Promise<Service> => {
  const schema = buildSubgraphSchema([{ typeDefs: parse(linked(sdl)), resolvers: resolvers as Record<string, never> }])
  const seen: IncomingMessage['headers'][] = []
  const server = createServer((request, response) => {
    seen.push(request.headers)
    void answer(schema, { request, response, service }).catch(() => response.destroy())
  })
  const sockets = new WebSocketServer({ server })
  // biome-ignore lint/correctness/useHookAtTopLevel: it is a server, not a hook.
  const ending = useServer({ schema }, sockets)
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  let isStopped = false
  const stop = async (): Promise<void> => {
    if (isStopped) return
    isStopped = true
    await ending.dispose()
    server.closeAllConnections()
    await new Promise((resolve) => server.close(resolve))
  }
  stack.defer(stop)
  const service: Service = {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/graphql`,
    seen,
    stop,
    slow: 0,
    headers: {},
    failing: false,
  }
  return service
}

type Exchange = { readonly request: IncomingMessage; readonly response: ServerResponse; readonly service: Service }

const answer = async (schema: GraphQLSchema, { request, response, service }: Exchange): Promise<void> => {
  const parts: Buffer[] = []
  for await (const part of request) parts.push(part as Buffer)
  const { query, variables } = JSON.parse(Buffer.concat(parts).toString()) as { query: string; variables?: Record<string, unknown> }
  if (service.failing) return void response.writeHead(503).end()
  if (service.slow > 0) await new Promise((resolve) => setTimeout(resolve, service.slow))
  const asked = { schema, document: parse(query), variableValues: variables ?? {} }
  if (!/event-stream/.test(request.headers.accept ?? '')) {
    const errors = validate(schema, asked.document)
    const text = JSON.stringify(errors.length > 0 ? { errors } : await execute(asked))
    return void response.writeHead(200, { 'content-type': 'application/json', ...service.headers }).end(text)
  }
  response.writeHead(200, { 'content-type': 'text/event-stream' })
  const events = await subscribe(asked)
  if (!(Symbol.asyncIterator in events)) return void response.end(`event: next\ndata: ${JSON.stringify(events)}\n\n`)
  response.on('close', () => void events.return(undefined))
  for await (const event of events) response.write(`event: next\ndata: ${JSON.stringify(event)}\n\n`)
  response.end('event: complete\ndata:\n\n')
}

/** Asks a gateway one operation by POST. */
export const post = async (url: string, asked: object, headers: Readonly<Record<string, string>> = {}): Promise<unknown> => {
  const init = { method: 'POST', headers: { 'content-type': 'application/json', ...headers }, body: JSON.stringify(asked) }
  return (await fetch(`${url}/graphql`, init)).json()
}
