import { createServer, type IncomingHttpHeaders } from 'node:http'
import type { AddressInfo } from 'node:net'

export type Received = { readonly body: Buffer; readonly headers: IncomingHttpHeaders }

/** A service that takes what is sent to it: it answers what `take` gives as JSON, or 503 when that is undefined. */
export const receiver = async (take: (received: Received) => unknown, stack: AsyncDisposableStack): Promise<string> => {
  const server = createServer(async (request, response) => {
    const answer = take({ body: Buffer.concat(await Array.fromAsync(request)), headers: request.headers })
    if (answer === undefined) response.writeHead(503).end()
    else response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify(answer))
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  stack.defer(() => {
    server.closeAllConnections()
    server.close()
  })
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`
}
