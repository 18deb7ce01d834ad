import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { createLog } from '#platform/observe/log.ts'
import { startPlannerProcess } from '../../supergraph/engine/plan/planner-process.ts'
import { Serving } from '../../supergraph/gateway/canary.ts'
import { openDocuments } from '../../supergraph/gateway/documents.ts'
import { createGateway } from '../../supergraph/gateway/gateway.ts'
import { createGatewayHttp } from '../../supergraph/gateway/http.ts'
import { Live } from '../../supergraph/gateway/live.ts'
import { parseGatewaySettings } from '../../supergraph/gateway/settings.ts'
import { composeParts } from './small-graph.ts'

export type RawSubgraph = {
  readonly sdl: string
  /** Answers the bytes of a request as it likes. */
  readonly answer: (body: string, response: ServerResponse, request: IncomingMessage) => unknown
}
export type RawGraph = AsyncDisposable & { readonly url: string }

/** The gateway on HTTP over subgraphs that are nothing but HTTP: what they get are bytes, and what they say are bytes. */
export const rawGraph = async (parts: Readonly<Record<string, RawSubgraph>>, settings: object = {}): Promise<RawGraph> => {
  await using stack = new AsyncDisposableStack()
  const subgraphs: Record<string, { readonly url: string }> = {}
  for (const [name, part] of Object.entries(parts)) subgraphs[name] = { url: await serve(part, stack) }
  const log = createLog('test', 'silent')
  const planning = stack.use(startPlannerProcess())
  const read = parseGatewaySettings({ supergraph: 'x', ...settings, subgraphs })
  const supergraphSdl = composeParts(Object.fromEntries(Object.entries(parts).map(([name, { sdl }]) => [name, { sdl, resolvers: {} }])))
  const serving = stack.use(new Serving(await createGateway({ supergraphSdl, settings: read, planning, log })))
  const app = createGatewayHttp({ serving, live: new Live({ documents: await openDocuments(read), settings: read, hooks: [] }), log })
  stack.defer(() => app.close())
  const url = await app.listen({ host: '127.0.0.1', port: 0 })
  const owned = stack.move()
  return { url, [Symbol.asyncDispose]: () => owned.disposeAsync() }
}

const serve = async ({ answer }: RawSubgraph, stack: AsyncDisposableStack): Promise<string> => {
  const server = createServer((request, response) => {
    void Array.fromAsync(request as AsyncIterable<Buffer>).then((parts) => answer(Buffer.concat(parts).toString(), response, request))
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  stack.defer(() => {
    server.closeAllConnections()
    server.close()
  })
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}/graphql`
}
