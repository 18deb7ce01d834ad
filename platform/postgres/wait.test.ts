import assert from 'node:assert/strict'
import { once } from 'node:events'
import { connect, createServer } from 'node:net'
import { test } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import { waitForDatabase } from '#platform/postgres/wait.ts'
import { freePort } from '#platform/process/free-port.ts'

const real = new URL(process.env.CINEGRAPH_TEST_POSTGRES ?? 'postgresql://127.0.0.1')

/** A way to the real server through a port of its own, which can be opened late. */
const proxyOn = async (port: number): Promise<Disposable> => {
  const server = createServer((client) => {
    const upstream = connect(Number(real.port), real.hostname)
    client.pipe(upstream).pipe(client)
    for (const [one, other] of [[client, upstream] as const, [upstream, client] as const]) one.on('error', () => other.destroy())
  }).listen(port, '127.0.0.1')
  await once(server, 'listening')
  return { [Symbol.dispose]: () => void server.close() }
}

const through = (port: number, change: (url: URL) => void = () => undefined): string => {
  const url = new URL(real)
  url.port = String(port)
  change(url)
  return url.href
}

test('a database that is late is waited for', async () => {
  const port = await freePort()
  const waiting = waitForDatabase(through(port), { seconds: 60, log: { warn: () => undefined } })
  await sleep(1_200)
  using _proxy = await proxyOn(port)
  await waiting
})

test('a database that does not come is named after the time that was given, without its password', async () => {
  const port = await freePort()
  await assert.rejects(waitForDatabase(through(port), { seconds: 1, log: { warn: () => undefined } }), (error: Error) => {
    assert.match(error.message, new RegExp(`127\\.0\\.0\\.1:${port} has not answered within 1 s \\(.*ECONNREFUSED`))
    assert.ok(!error.message.includes(real.password))
    return true
  })
})

test('a database that refuses the password is not waited for; one that is still to be made is left to the migrations', async () => {
  const log = { warn: () => undefined }
  const wrong = through(Number(real.port), (url) => {
    url.password = 'wrong'
  })
  await assert.rejects(waitForDatabase(wrong, { seconds: 600, log }), /refuses: password authentication failed.*Correct DATABASE_URL/)
  await waitForDatabase(
    through(Number(real.port), (url) => (url.pathname = '/not_made_yet')),
    { seconds: 600, log },
  )
})
