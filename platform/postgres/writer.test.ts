import assert from 'node:assert/strict'
import { once } from 'node:events'
import { createServer } from 'node:net'
import { test } from 'node:test'
import fc from 'fast-check'
import { databaseOf, hostsOf, withDatabase, withHost } from './addresses.ts'
import { type Host, type Standing, Writer } from './writer.ts'

const server = fc.record(
  { answers: fc.boolean(), isWriter: fc.boolean(), timeline: fc.integer({ min: 1, max: 4 }), lateMs: fc.nat(3) },
  { noNullPrototype: true },
)

test('of several servers the one that takes writes on the newest timeline is found, in whatever order they answer', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(server, { minLength: 1, maxLength: 4 }), async (servers) => {
      const hosts = servers.map((_, port) => ({ host: 'h', port }))
      const probe = async ({ port }: Host): Promise<Standing> => {
        const found = servers[port]
        await new Promise((resolve) => setTimeout(resolve, found?.lateMs))
        if (found === undefined || !found.answers) throw new Error('away')
        return found
      }
      const newest = servers.reduce((most, each) => (each.answers && each.isWriter ? Math.max(most, each.timeline) : most), 0)
      const found = await new Writer(hosts, probe).find()
      assert.equal(found === undefined ? 0 : servers[found.port]?.timeline, newest)
      if (found !== undefined) assert.ok(servers[found.port]?.answers && servers[found.port]?.isWriter)
    }),
    { numRuns: 60 },
  )
})

test('a primary that was replaced and comes back is not written to, though it says that it takes writes', async () => {
  const [old, promoted] = [createServer(), createServer()]
  for (const each of [old, promoted]) {
    each.listen(0, '127.0.0.1')
    await once(each, 'listening')
  }
  const hosts = [old, promoted].map((each) => ({ host: '127.0.0.1', port: (each.address() as { port: number }).port }))
  let isPromoted = false
  let isOldBack = true
  const writer = new Writer(hosts, async ({ port }) => {
    const isOld = port === hosts[0]?.port
    if (isOld && !isOldBack) throw new Error('away')
    return isOld ? { isWriter: true, timeline: 1 } : { isWriter: isPromoted, timeline: 2 }
  })
  const connectedTo = async (): Promise<number | undefined> => {
    const socket = writer.socket()
    socket.connect(1, 'whatever it is told')
    await once(socket, 'connect')
    const { remotePort } = socket
    socket.destroy()
    return remotePort
  }
  try {
    assert.equal(await connectedTo(), hosts[0]?.port)
    isOldBack = false
    await new Promise((resolve) => setTimeout(resolve, 1_100))
    const waiting = connectedTo()
    isPromoted = true
    assert.equal(await waiting, hosts[1]?.port, 'a connection waits until somebody takes writes')
    isOldBack = true
    await new Promise((resolve) => setTimeout(resolve, 1_100))
    assert.equal(await connectedTo(), hosts[1]?.port)
  } finally {
    old.close()
    promoted.close()
  }
})

test('an address keeps user, password and options when its server or its database is changed', () => {
  const url = 'postgresql://me:p%40ss@a:1,b:2/films?sslmode=require'
  assert.deepEqual([hostsOf(url).length, databaseOf(url)], [2, 'films'])
  assert.equal(withHost(url, { host: 'b', port: 2 }), 'postgresql://me:p%40ss@b:2/films?sslmode=require')
  assert.equal(withDatabase(url, 'postgres'), 'postgresql://me:p%40ss@a:1,b:2/postgres?sslmode=require')
  assert.equal(withDatabase('postgres://a', 'x'), 'postgres://a/x')
})
