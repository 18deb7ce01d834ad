import { once } from 'node:events'
import { request } from 'node:http'
import { test } from 'node:test'
import { serveGraphql } from '#platform/graphql/serve.ts'
import { createHttp } from '#platform/http/server.ts'
import { createLog } from '#platform/observe/log.ts'

const caller = { viewer: null, region: 'US', deviceId: 'd', token: '' }
const body = JSON.stringify({ query: 'subscription { n }' })

for (const accept of ['text/event-stream', 'multipart/mixed;subscriptionSpec=1.0, application/json'])
  test(`a subscription ends when its client leaves just before its next event (${accept})`, { timeout: 20_000 }, async () => {
    const ended = Promise.withResolvers<void>()
    await using app = createHttp({ name: 'test', log: createLog('test', 'silent') })
    const subscribe = async function* (_request: object, _caller: object, signal: AbortSignal) {
      try {
        yield { data: { n: 1 } }
        if (!signal.aborted) await once(signal, 'abort')
        for (let n = 2; n < 5; n += 1) yield { data: { n } }
      } finally {
        ended.resolve()
      }
    }
    serveGraphql(app, { execute: async () => ({ data: null }), subscribe }, async () => caller)
    const url = await app.listen({ host: '127.0.0.1', port: 0 })
    const asked = request(`${url}/graphql`, { method: 'POST', headers: { accept, 'content-type': 'application/json' } })
    asked.on('error', () => undefined)
    asked.end(body)
    const [answer] = await once(asked, 'response')
    await once(answer, 'data')
    asked.destroy()
    await ended.promise
  })
