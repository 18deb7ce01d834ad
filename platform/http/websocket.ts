import type { IncomingHttpHeaders, IncomingMessage } from 'node:http'
import type { Socket } from 'node:net'
import type { Duplex } from 'node:stream'
import { type WebSocket, WebSocketServer } from 'ws'
import { noteTaken } from '#platform/http/held-bytes.ts'
import type { Http } from '#platform/http/server.ts'

export type SocketLimits = {
  /** Open sockets of one server; a further one is answered with 503. */
  readonly socketsMax: number
  readonly messageBytesMax: number
  /** A client that does not read what it is sent is closed when so much waits for it. */
  readonly unsentBytesMax: number
  /** How often a silent client is asked whether it is still there; one that does not answer until the next time is closed. */
  readonly pingMs: number
  /** Messages and control frames of one client; one that sends more is closed. */
  readonly perSecondMax: number
}
export type SocketDeps = {
  readonly path: string
  /** The subprotocol to speak out of those that a client offers; false when it offers none that is known. */
  readonly chooseProtocol: (offered: Set<string>) => string | false
  readonly onOpen: (socket: WebSocket, request: IncomingMessage) => void
  readonly limits?: Partial<SocketLimits> | undefined
  /** Whether whoever sends this upgrade may have a socket; another is answered with 403. */
  readonly mayOpen: (headers: IncomingHttpHeaders) => boolean
}

const defaultLimits: SocketLimits = {
  socketsMax: 5_000,
  messageBytesMax: 256 * 1024,
  unsentBytesMax: 4 * 1024 * 1024,
  pingMs: 30_000,
  perSecondMax: 500,
}
const closeGraceMs = 1_000
/** Of a short masked frame (RFC 6455, section 5.2). */
const frameHeadBytes = 6

/** Accepts WebSockets (RFC 6455) at one path. Whatever a client sends, on the way to a socket or over it, costs at most this socket. */
export const serveSockets = (app: Http, { path, chooseProtocol, onOpen, mayOpen, limits: given = {} }: SocketDeps): void => {
  const limits = { ...defaultLimits, ...given }
  const sockets = new WebSocketServer({
    noServer: true,
    maxPayload: limits.messageBytesMax,
    handleProtocols: chooseProtocol,
    perMessageDeflate: false,
  })
  const presence = watchPresence(app, sockets.clients, limits.pingMs)
  app.server.on('upgrade', (request, socket, head) => {
    socket.on('error', () => socket.destroy())
    // NOTE: a request target is whatever the client wrote; it need not be a URL.
    if (request.url?.split('?', 1)[0] !== path) return refuse(socket, '404 Not Found')
    if (!mayOpen(request.headers)) return refuse(socket, '403 Forbidden')
    if (sockets.clients.size >= limits.socketsMax) return refuse(socket, '503 Service Unavailable')
    sockets.handleUpgrade(request, socket, head, (accepted) => {
      boundSocket(accepted, request.socket, { limits, onSign: () => presence.add(accepted) })
      onOpen(accepted, request)
    })
  })
}

type Bounds = { readonly limits: SocketLimits; readonly onSign: () => void }

/** Closes a socket that sends too much, or does not read; tells of each sign of life. */
const boundSocket = (open: WebSocket, socket: Socket, { limits, onSign }: Bounds): void => {
  const isTooMany = rate(limits.perSecondMax)
  const note = (): void => {
    onSign()
    if (open.bufferedAmount <= limits.unsentBytesMax && !isTooMany()) return
    // NOTE: what has been read already would be handed on all the same.
    open.removeAllListeners('message')
    open.terminate()
  }
  const noteControl = (data: Buffer): void => {
    noteTaken(socket, frameHeadBytes + data.length)
    note()
  }
  open.on('error', () => open.terminate())
  open.on('message', () => {
    noteTaken(socket)
    note()
  })
  open.on('ping', noteControl).on('pong', noteControl)
  noteTaken(socket)
  onSign()
}

/** Lets go of clients that give no sign of life between two pings, and of all when the server closes. */
const watchPresence = (app: Http, clients: ReadonlySet<WebSocket>, pingMs: number): WeakSet<WebSocket> => {
  const signs = new WeakSet<WebSocket>()
  const pinging = setInterval(() => {
    for (const socket of clients) {
      if (signs.delete(socket)) socket.ping()
      else socket.terminate()
    }
  }, pingMs)
  pinging.unref()
  app.addHook('preClose', async () => {
    clearInterval(pinging)
    for (const socket of clients) {
      socket.close(1001, 'Going away')
      setTimeout(() => socket.terminate(), closeGraceMs).unref()
    }
  })
  return signs
}

/** Whether more than so many have come within a second. */
const rate = (perSecondMax: number): (() => boolean) => {
  let [since, count] = [0, 0]
  return () => {
    const now = performance.now()
    if (now - since > 1_000) [since, count] = [now, 0]
    count += 1
    return count > perSecondMax
  }
}

const refuse = (socket: Duplex, status: string): void =>
  void socket.end(`HTTP/1.1 ${status}\r\nconnection: close\r\ncontent-length: 0\r\n\r\n`, () => socket.destroy())
