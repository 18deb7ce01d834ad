import assert from 'node:assert/strict'
import { join } from 'node:path'
import { Readable } from 'node:stream'
import { test } from 'node:test'
import { createFolderStore } from '#platform/adapters/object-store.folder.ts'
import type { ObjectStore } from '#platform/ports/object-store.ts'
import { temporaryFolder } from '../boot.ts'

const adapters: Readonly<Record<string, (dir: string) => ObjectStore>> = { folder: (dir) => createFolderStore(join(dir, 'objects')) }
const text = async (body: Readable): Promise<string> => Buffer.concat(await body.toArray()).toString('utf8')

for (const [name, create] of Object.entries(adapters)) {
  const run = (promise: string, check: (store: ObjectStore) => Promise<void>) =>
    test(`object store, ${name}: ${promise}`, async () => {
      await using folder = await temporaryFolder()
      await check(create(folder.path))
    })

  run('what was put is given back, whole and in part', async (store) => {
    const info = await store.put('a/b.txt', Readable.from(['0123', '456789']))
    assert.equal(info.bytes, 10)
    assert.equal(await text(await store.get('a/b.txt')), '0123456789')
    assert.equal(await text(await store.get('a/b.txt', { start: 2, end: 4 })), '234')
    assert.equal((await store.head('a/b.txt'))?.etag, info.etag)
  })

  run('a put that breaks leaves nothing behind', async (store) => {
    const breaking = Readable.from(
      (async function* () {
        yield 'half'
        throw new Error('cut off')
      })(),
    )
    await assert.rejects(store.put('a/b.txt', breaking))
    assert.equal(await store.head('a/b.txt'), null)
    assert.deepEqual(await store.list('a'), [])
  })

  run('readers of an object that is put anew see the old one or the new one', async (store) => {
    await store.put('k', Buffer.alloc(100_000, 'a'))
    const reads = Promise.all(Array.from({ length: 50 }, async () => text(await store.get('k'))))
    await store.put('k', Buffer.alloc(100_000, 'b'))
    for (const body of await reads) assert.ok(/^(a{100000}|b{100000})$/.test(body))
  })

  run('a list has what lies below a prefix, in order, and a removed object is gone', async (store) => {
    for (const key of ['x/2', 'x/1', 'x/y/3', 'z/4']) await store.put(key, Buffer.from(key))
    assert.deepEqual(
      (await store.list('x')).map(({ key }) => key),
      ['x/1', 'x/2', 'x/y/3'],
    )
    await store.remove('x/1')
    await store.remove('x/never')
    assert.equal(await store.head('x/1'), null)
    await assert.rejects(store.get('x/1'), { code: 'NOT_FOUND' })
  })

  run('no key leaves the store', async (store) => {
    for (const key of ['../secret', 'a/../../b', '/etc/passwd', 'a//b', '.hidden', 'a/.b', 'a\\b', ''])
      await assert.rejects(async () => store.put(key, Buffer.from('x')), { code: 'INPUT_INVALID' }, key)
  })
}
