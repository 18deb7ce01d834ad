import assert from 'node:assert/strict'
import { randomBytes } from 'node:crypto'
import { readFile, writeFile } from 'node:fs/promises'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import { Readable } from 'node:stream'
import { test } from 'node:test'
import { createS3Store, type S3Store } from '#platform/adapters/object-store.s3.ts'
import { readObject } from '#platform/files/read-object.ts'
import { s3Options } from '#platform/s3/options.ts'
import { environmentOf, readConfig } from '#platform/settings/config.ts'
import { s3 } from '../../deploy/engines/s3.ts'
import { log } from '../boot.ts'
import { key } from '../contracts/object-store.ts'
import { type OwnServers, ownServers } from './own-servers.ts'
import { whenUp } from './up.ts'

const opened = (env: Readonly<Record<string, string>>): Promise<S3Store> =>
  createS3Store(s3Options(environmentOf(readConfig([], env))), log)
const unavailable = { code: 'STORE_UNAVAILABLE' }

whenUp('s3', 'S3_ENDPOINT', () => {
  const promise = (title: string, check: (store: S3Store, servers: OwnServers) => Promise<void>) =>
    test(`object store, S3: ${title}`, async () => {
      await using servers = await ownServers(s3)
      await using store = await opened(servers.env)
      await check(store, servers)
    })

  promise('a stream of any length is stored as one object, also under a condition', async (store) => {
    const bytes = randomBytes(21_000_001)
    const stream = () => Readable.from(Array.from({ length: 22 }, (_, at) => bytes.subarray(at * 1_000_000, (at + 1) * 1_000_000)))
    const info = await store.put(key('a'), stream(), { type: 'video/mp4', condition: { ifAbsent: true } })
    assert.deepEqual([info.bytes, info.type], [bytes.length, 'video/mp4'])
    assert.ok(bytes.equals(await readObject(store, key('a'))))
    await assert.rejects(store.put(key('a'), stream(), { condition: { ifAbsent: true } }), { code: 'PRECONDITION_FAILED' })
    await store.put(key('a'), stream(), { condition: { ifMatch: info.etag } })
    assert.equal((await store.copy(key('a'), key('b'), { ifAbsent: true })).bytes, bytes.length)
  })

  promise(
    'a server that is killed while it is written to keeps what it acknowledged, shows nothing half, and is used again when it is back',
    async (store, servers) => {
      const acknowledged = new Map<string, Buffer>()
      const write = async (from: number): Promise<void> => {
        for (let at = from; ; at += 4) {
          const bytes = Buffer.alloc(300_000 + at, at % 256)
          await store.put(key(`k/${at}`), bytes)
          acknowledged.set(`k/${at}`, bytes)
        }
      }
      const writers = Promise.allSettled([0, 1, 2, 3].map(write))
      while (acknowledged.size < 20) await new Promise((resolve) => setImmediate(resolve))
      await servers.signal('s3', 'SIGKILL')
      for (const result of await writers) assert.equal(result.status === 'rejected' ? result.reason.code : '', unavailable.code)
      await assert.rejects(store.head(key('k/0')), unavailable)
      assert.equal(await store.healthy(), false)
      await servers.restart()
      for (const [name, bytes] of acknowledged) assert.ok(bytes.equals(await readObject(store, key(name))), name)
      for (const { key: name, bytes } of (await store.list(key('k'))).objects) assert.equal(bytes, 300_000 + Number(name.slice(2)), name)
      assert.equal(await store.healthy(), true)
    },
  )

  promise('a server that hangs costs bounded time, and is used again when it goes on', async (store, servers) => {
    await store.put(key('a'), Buffer.from('1'))
    await servers.signal('s3', 'SIGSTOP')
    const since = performance.now()
    await assert.rejects(store.head(key('a')), unavailable)
    assert.ok(performance.now() - since < 30_000, `${performance.now() - since} ms`)
    await servers.signal('s3', 'SIGCONT')
    assert.equal((await readObject(store, key('a'))).toString(), '1')
  })

  promise('an object that was damaged on the server is not given out as if it were sound', async (store, servers) => {
    await store.put(key('a'), Buffer.from('a film of one sentence'))
    const path = join(servers.dirOf('s3'), servers.env.S3_BUCKET ?? '', 'a')
    const bytes = await readFile(path)
    bytes.writeUInt8(bytes.readUInt8(3) ^ 1, 3)
    await writeFile(path, bytes)
    await assert.rejects(readObject(store, key('a')), { code: 'OBJECT_CORRUPT' })
  })

  promise(
    'wrong keys, a bucket that is not there and what is no S3 are one sentence each; a server that is late is waited for',
    async (_store, servers) => {
      const refused = (env: Readonly<Record<string, string>>, message: RegExp) =>
        assert.rejects(opened({ ...servers.env, ...env }), { code: 'ENGINE_REFUSES', message })
      await refused({ S3_SECRET_ACCESS_KEY: 'wrong' }, /access key or its secret is wrong/)
      await refused({ S3_ACCESS_KEY_ID: 'nobody' }, /access key or its secret is wrong/)
      await refused({ S3_BUCKET: 'elsewhere' }, /no bucket "elsewhere"/)
      await refused({ S3_ENDPOINT: (servers.env.S3_ENDPOINT ?? '').replace('http:', 'https:') }, /no secure connection/)
      const http = createServer((_, answer) => answer.end('<html>hello</html>'))
        .listen(0, '127.0.0.1')
        .unref()
      await new Promise((resolve) => http.once('listening', resolve))
      await refused({ S3_ENDPOINT: `http://127.0.0.1:${(http.address() as AddressInfo).port}` }, /is not S3/)
      http.closeAllConnections()
      http.close()
      await assert.rejects(opened({ ...servers.env, S3_ENDPOINT: 'http://127.0.0.1:1', CINEGRAPH_DATABASE_WAIT_SECONDS: '1' }), {
        code: 'ENGINE_ABSENT',
      })
      await servers.signal('s3', 'SIGKILL')
      const waiting = opened(servers.env)
      await servers.restart()
      await using late = await waiting
      assert.equal(await late.head(key('none')), null)
    },
  )
})
