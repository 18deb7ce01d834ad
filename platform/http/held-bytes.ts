import type { IncomingMessage, Server, ServerResponse } from 'node:http'
import type { Socket } from 'node:net'
import { Server as TlsServer } from 'node:tls'
import type { Log } from '#platform/observe/log.ts'
import { counter } from '#platform/observe/metrics.ts'

const lookMs = 250
/** With so few connections, what each may hold at most is little. */
const unwatchedMax = 4
/** Bodies up to here are not worth counting. */
const smallBodyBytes = 16 * 1024
const pipelinedMax = 10

const cut = counter('connections_cut_total', 'Connections closed because clients did not read or did not finish', ['server', 'why'])

type Receiving = { readonly from: number; readonly isOver: () => boolean }
const receiving = new WeakMap<Socket, Receiving>()

const never = (): boolean => false

/**
 * Says that what a client has sent over a connection that is no HTTP any more is dealt with, all of it or so many bytes; what
 * comes next is held until this is said again.
 */
export const noteTaken = (socket: Socket, bytes = socket.bytesRead): void => {
  const from = bytes === socket.bytesRead ? bytes : (receiving.get(socket)?.from ?? 0) + bytes
  receiving.set(socket, { from, isOver: never })
}

type Watched = { readonly name: string; readonly bytesMax: number; readonly log: Log }
type Holder = { readonly socket: Socket; readonly bytes: number; readonly isStalled: boolean }

/**
 * Bounds what the clients of a server hold of its memory together: answers that they do not read, and requests that they do not
 * finish. Beyond `bytesMax` those who made no progress are let go, the largest first. A connection that sends many requests
 * without waiting for answers is closed too: it would take the places of all others.
 */
export const boundHeldBytes = (server: Server, watched: Watched): void => {
  server.prependListener('request', boundPipelining(watched))
  if (!Number.isFinite(watched.bytesMax)) return
  const sockets = new Map<Socket, number>()
  let looking: NodeJS.Timeout | undefined
  const look = (): void => {
    letGo(holdersIn(sockets), watched)
    if (sockets.size > unwatchedMax) return
    clearInterval(looking)
    looking = undefined
  }
  // NOTE: what is not read waits in the socket that encrypts.
  server.on(server instanceof TlsServer ? 'secureConnection' : 'connection', (socket: Socket) => {
    sockets.set(socket, 0)
    socket.once('close', () => sockets.delete(socket))
    if (sockets.size > unwatchedMax) looking ??= setInterval(look, lookMs).unref()
  })
  server.on('close', () => clearInterval(looking))
  server.prependListener('request', countBody)
}

const holdersIn = (sockets: Map<Socket, number>): readonly Holder[] =>
  [...sockets].flatMap(([socket, before]) => {
    const bytes = socket.writableLength + unfinishedBytes(socket)
    sockets.set(socket, bytes)
    return bytes === 0 ? [] : [{ socket, bytes, isStalled: bytes >= before && before > 0 }]
  })

const unfinishedBytes = (socket: Socket): number => {
  const body = receiving.get(socket)
  if (body === undefined) return 0
  if (!body.isOver()) return socket.bytesRead - body.from
  receiving.delete(socket)
  return 0
}

const letGo = (holders: readonly Holder[], { name, bytesMax, log }: Watched): void => {
  let total = holders.reduce((sum, { bytes }) => sum + bytes, 0)
  if (total <= bytesMax) return
  const held = total
  let count = 0
  for (const { socket, bytes } of holders.toSorted((a, b) => Number(b.isStalled) - Number(a.isStalled) || b.bytes - a.bytes)) {
    if (total <= bytesMax / 2) break
    socket.destroy()
    total -= bytes
    count += 1
  }
  cut.inc({ server: name, why: 'held bytes' }, count)
  log.warn({ server: name, held, count }, 'clients that do not read, or do not finish what they send, are let go')
}

const countBody = (request: IncomingMessage): void => {
  const { 'content-length': length, 'transfer-encoding': coding } = request.headers
  if (coding === undefined && (length === undefined || Number(length) <= smallBodyBytes)) return
  receiving.set(request.socket, { from: request.socket.bytesRead, isOver: () => request.complete || request.destroyed })
}

const boundPipelining = ({ name }: Pick<Watched, 'name'>) => {
  const waiting = new WeakMap<Socket, number>()
  return ({ socket }: IncomingMessage, response: ServerResponse): void => {
    // NOTE: an answer has its socket at once, unless one before it is still on its way.
    if (response.socket !== null) return
    const count = (waiting.get(socket) ?? 0) + 1
    waiting.set(socket, count)
    response.once('close', () => waiting.set(socket, (waiting.get(socket) ?? 1) - 1))
    if (count <= pipelinedMax || socket.destroyed) return
    cut.inc({ server: name, why: 'pipelining' })
    socket.destroy()
  }
}
