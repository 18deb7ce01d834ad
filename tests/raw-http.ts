import { once } from 'node:events'
import { connect } from 'node:net'

export type RawAnswer = { readonly status: number; readonly headers: ReadonlyMap<string, string>; readonly body: Buffer }

/**
 * Sends bytes to a server and reads until it closes the connection. Clients such as `fetch` normalise a path before they
 * send it; what a server does with the path as it is shows only this way.
 */
export const sendRaw = async (url: string, bytes: string | Buffer): Promise<RawAnswer> => {
  const { hostname, port } = new URL(url)
  const socket = connect({ host: hostname, port: Number(port) })
  const chunks: Buffer[] = []
  socket.on('data', (chunk: Buffer) => chunks.push(chunk))
  // NOTE: a server that refuses a request may reset the connection before all of it was written.
  socket.on('error', () => undefined)
  socket.setTimeout(20_000, () => socket.destroy())
  socket.write(typeof bytes === 'string' ? Buffer.from(bytes, 'latin1') : bytes)
  await once(socket, 'close')
  return readAnswer(Buffer.concat(chunks))
}

type RawRequest = { readonly method?: string; readonly target: string; readonly headers?: Readonly<Record<string, string>> }

/** One request with its target exactly as given, and the answer to it. */
export const requestRaw = (url: string, { method = 'GET', target, headers = {} }: RawRequest): Promise<RawAnswer> => {
  const lines = Object.entries({ host: new URL(url).host, connection: 'close', ...headers }).map(([name, value]) => `${name}: ${value}\r\n`)
  return sendRaw(url, `${method} ${target} HTTP/1.1\r\n${lines.join('')}\r\n`)
}

const readAnswer = (bytes: Buffer): RawAnswer => {
  const end = bytes.indexOf('\r\n\r\n')
  const [start = '', ...fields] = bytes.subarray(0, Math.max(0, end)).toString('latin1').split('\r\n')
  const headers = fields.map(
    (field) => [field.slice(0, field.indexOf(':')).toLowerCase(), field.slice(field.indexOf(':') + 1).trim()] as const,
  )
  return { status: Number(start.split(' ')[1] ?? 0), headers: new Map(headers), body: bytes.subarray(end + 4) }
}
