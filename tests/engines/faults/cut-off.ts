import { once } from 'node:events'
import { connect, createServer, type Socket } from 'node:net'

export type Wire = AsyncDisposable & {
  /** The server's address, by way of the wire. */
  readonly url: string
  /** From now on nothing gets through, and nobody is told: neither answers nor ends of connections. */
  readonly cut: () => void
  /** Lets everything through again; connections from before are lost. */
  readonly join: () => void
}

/** A wire to a server that can be cut, as a network can be. */
export const cutOff = async (serverUrl: string): Promise<Wire> => {
  const { hostname: host, port } = new URL(serverUrl)
  const sockets = new Set<Socket>()
  let isCut = false
  const pass = (from: Socket, to: Socket): void => {
    from.on('data', (bytes) => isCut || to.write(bytes))
    from.on('close', () => isCut || to.destroy())
    from.on('error', () => undefined)
    sockets.add(from)
  }
  const server = createServer((near) => {
    // NOTE: a network that is cut accepts nothing; here the connection is made, and then nothing comes.
    if (isCut) return void sockets.add(near.on('error', () => undefined).resume())
    const far = connect({ host, port: Number(port) })
    pass(near, far)
    pass(far, near)
  }).listen(0, '127.0.0.1')
  await once(server, 'listening')
  const address = server.address()
  const endAll = (): void => {
    for (const socket of sockets) socket.destroy()
    sockets.clear()
  }
  const url = new URL(serverUrl)
  url.port = String(typeof address === 'object' ? address?.port : 0)
  return {
    url: url.href,
    cut: () => {
      isCut = true
    },
    join: () => {
      isCut = false
      endAll()
    },
    [Symbol.asyncDispose]: async () => {
      endAll()
      server.close()
    },
  }
}
