import { createServer } from 'node:http'
import { createService, type Name, subgraphNames } from './graph.ts'

/** The four subgraphs behind one port, each answer computed once per request body. `GET /count` returns how many requests came. */
const services = new Map(subgraphNames.map((name) => [`/${name}`, createService(name)]))
const remembered = new Map<string, Buffer>()
let count = 0

const answer = async (path: string, body: string): Promise<Buffer> => {
  const key = path + body
  const known = remembered.get(key)
  if (known !== undefined) return known
  const { query, variables, operationName } = JSON.parse(body) as { query: string; variables?: object; operationName?: string }
  const made = Buffer.from(JSON.stringify(await services.get(path)?.(query, { ...variables }, operationName)))
  if (remembered.size < 10_000) remembered.set(key, made)
  return made
}

const server = createServer((request, response) => {
  const path = (request.url ?? '') as `/${Name}`
  if (path.startsWith('/count')) {
    response.end(String(count))
    return
  }
  const parts: Buffer[] = []
  request.on('data', (part: Buffer) => parts.push(part))
  request.on('end', () => {
    count += 1
    answer(path, Buffer.concat(parts).toString()).then(
      (bytes) => response.writeHead(200, { 'content-type': 'application/json', 'content-length': bytes.length }).end(bytes),
      (error) => response.writeHead(500).end(String(error)),
    )
  })
})
server.keepAliveTimeout = 60_000
server.listen(Number(process.argv[2] ?? 0), '127.0.0.1', () => {
  const address = server.address()
  process.stdout.write(`${typeof address === 'object' ? address?.port : ''}\n`)
})
process.once('SIGTERM', () => process.exit())
