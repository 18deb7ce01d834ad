import assert from 'node:assert/strict'
import { randomBytes } from 'node:crypto'
import { Readable } from 'node:stream'
import { test } from 'node:test'
import { objectKey } from '#platform/contracts/object-key.ts'
import { objectsBelow, readObject } from '#platform/files/read-object.ts'
import type { ObjectStore } from '#platform/ports/object-store.ts'

export type OpenStore<T> = () => Promise<AsyncDisposable & { readonly store: T }>

export const key = objectKey
export const cutOff = (first: Buffer): Readable =>
  Readable.from(
    (async function* () {
      yield first
      throw new Error('cut off')
    })(),
  )
const text = async (store: ObjectStore, name: string): Promise<string> => (await readObject(store, key(name))).toString('utf8')
const failed = { code: 'PRECONDITION_FAILED' }
const keysOf = (page: { readonly objects: readonly { readonly key: string }[] }) => page.objects.map((each) => each.key)

/** What every adapter of the port promises. `open` gives an empty store. */
export const objectStoreContract = (name: string, open: OpenStore<ObjectStore>): void => {
  const run = (promise: string, check: (store: ObjectStore) => Promise<void>) =>
    test(`object store, ${name}: ${promise}`, async () => {
      await using opened = await open()
      await check(opened.store)
    })

  run('what was put is given back with its type, all of it and in part', async (store) => {
    const info = await store.put(key('a/b.txt'), Readable.from([Buffer.from('0123'), Buffer.from('456789')]), { type: 'text/plain' })
    assert.deepEqual([info.bytes, info.type, info.key], [10, 'text/plain', 'a/b.txt'])
    assert.match(info.etag, /^"[^"]+"$/)
    const head = await store.head(key('a/b.txt'))
    assert.deepEqual([head?.bytes, head?.type, head?.etag], [10, 'text/plain', info.etag])
    assert.equal(await text(store, 'a/b.txt'), '0123456789')
    for (const [start, end, part] of [
      [2, 4, '234'],
      [8, 99, '89'],
      [0, 0, '0'],
    ] as const) {
      const opened = await store.get(key('a/b.txt'), { range: { start, end } })
      assert.equal(Buffer.concat((await opened?.body.toArray()) ?? []).toString(), part)
      assert.deepEqual([opened?.info.bytes, opened?.info.etag], [10, info.etag])
    }
    await assert.rejects(store.get(key('a/b.txt'), { range: { start: 10, end: 12 } }), { code: 'RANGE_INVALID' })
  })

  run('an object may be empty, large, and have any bytes', async (store) => {
    const large = randomBytes(6_000_000)
    await store.put(key('large'), Readable.from([large.subarray(0, 5_500_000), large.subarray(5_500_000)]))
    assert.deepEqual(await readObject(store, key('large')), large)
    assert.equal((await store.put(key('empty'), new Uint8Array())).bytes, 0)
    assert.equal(await text(store, 'empty'), '')
    assert.equal((await store.head(key('empty')))?.type, 'application/octet-stream')
  })

  run('what is not there is null, and removing it is fine', async (store) => {
    await store.put(key('x/1'), Buffer.from('1'))
    await store.remove(key('x/1'))
    for (const absent of ['x/1', 'x', 'never', 'x/1/2']) {
      assert.equal(await store.head(key(absent)), null, absent)
      assert.equal(await store.get(key(absent)), null, absent)
      await store.remove(key(absent))
    }
    assert.deepEqual((await store.list(key('x'))).objects, [])
  })

  run('removing removes one object, not what lies below its name', async (store) => {
    await store.put(key('x/1'), Buffer.from('1'))
    await store.remove(key('x'))
    assert.equal(await text(store, 'x/1'), '1')
  })

  run('a put that breaks leaves nothing, and what was there before stays', async (store) => {
    await assert.rejects(store.put(key('a/new'), cutOff(Buffer.from('half'))))
    assert.equal(await store.head(key('a/new')), null)
    await store.put(key('a/old'), Buffer.from('old'))
    await assert.rejects(store.put(key('a/old'), cutOff(Buffer.from('half'))))
    assert.equal(await text(store, 'a/old'), 'old')
    assert.deepEqual(keysOf(await store.list(key('a'))), ['a/old'])
  })

  run('readers of an object that is put anew see the old one or the new one', async (store) => {
    const kinds = ['a', 'b'].map((letter, at) => Buffer.alloc(300_000 + at, letter))
    await store.put(key('k'), kinds[0] ?? Buffer.alloc(0))
    const writes = (async () => {
      for (let at = 1; at < 12; at += 1) await store.put(key('k'), kinds[at % 2] ?? Buffer.alloc(0))
    })()
    for (let at = 0; at < 30; at += 1) {
      const opened = await store.get(key('k'))
      const body = Buffer.concat((await opened?.body.toArray()) ?? [])
      assert.ok(kinds.some((kind) => kind.equals(body)))
      assert.equal(opened?.info.bytes, body.length, 'size and bytes belong together')
    }
    await writes
  })

  run('other bytes have another etag, which a read can insist on', async (store) => {
    const first = await store.put(key('k'), Buffer.from('1'))
    const second = await store.put(key('k'), Buffer.from('2'))
    assert.notEqual(first.etag, second.etag)
    await assert.rejects(store.get(key('k'), { ifMatch: first.etag }), failed)
    assert.equal(Buffer.concat((await (await store.get(key('k'), { ifMatch: second.etag }))?.body.toArray()) ?? []).toString(), '2')
  })

  run('of many that create an object, one does', async (store) => {
    const tries = Array.from({ length: 12 }, (_, at) => store.put(key('k'), Buffer.from(`${at}`), { condition: { ifAbsent: true } }))
    const results = await Promise.allSettled(tries)
    const won = results.flatMap((result, at) => (result.status === 'fulfilled' ? [at] : []))
    assert.equal(won.length, 1)
    for (const result of results) if (result.status === 'rejected') assert.equal(result.reason.code, failed.code)
    assert.equal(await text(store, 'k'), `${won[0]}`)
  })

  run('of many that change what they read, none is lost', async (store) => {
    await store.put(key('count'), Buffer.from('0'))
    const addOne = async (): Promise<void> => {
      for (;;) {
        const opened = await store.get(key('count'))
        if (opened === null) throw new Error('The object has gone')
        const next = Number(Buffer.concat(await opened.body.toArray()).toString()) + 1
        const condition = { ifMatch: opened.info.etag }
        const done = await store.put(key('count'), Buffer.from(String(next)), { condition }).then(
          () => true,
          (error: { code?: string }) => {
            assert.equal(error.code, failed.code)
            return false
          },
        )
        if (done) return
      }
    }
    await Promise.all(Array.from({ length: 6 }, addOne))
    assert.equal(await text(store, 'count'), '6')
    await assert.rejects(store.put(key('none'), Buffer.from('x'), { condition: { ifMatch: '"x"' } }))
    assert.equal(await store.head(key('none')), null)
  })

  run('a list has what lies below a folder, page by page, in the order of the bytes', async (store) => {
    const keys = ['x-1', 'x/1', 'x/10', 'x/2', 'x/a-b', 'x/a.b', 'x/a/b', 'x/a/c/d', 'x/a0', 'x/y/3', 'x0', 'z/4']
    for (const each of keys) await store.put(key(each), Buffer.from(each))
    const below = keys.filter((each) => each.startsWith('x/')).toSorted((a, b) => Buffer.compare(Buffer.from(a), Buffer.from(b)))
    assert.deepEqual(keysOf(await store.list(key('x'))), below)
    for (let limit = 1; limit <= below.length + 1; limit += 1) {
      const seen: string[] = []
      for (let page = await store.list(key('x'), { limit }); ; page = await store.list(key('x'), { limit, after: page.next })) {
        assert.ok(page.objects.length <= limit)
        seen.push(...keysOf(page))
        if (page.next === null) break
      }
      assert.deepEqual(seen, below, `${limit} a page`)
    }
    const [first] = (await store.list(key('x'), { limit: 1 })).objects
    const head = await store.head(key('x/1'))
    assert.deepEqual([first?.bytes, first?.etag], [head?.bytes, head?.etag])
    assert.deepEqual(keysOf({ objects: await Array.fromAsync(objectsBelow(store, key('z'))) }), ['z/4'])
  })

  run('a copy has the bytes and the type, and stays when the original goes', async (store) => {
    await store.put(key('a'), Buffer.from('film'), { type: 'video/mp4' })
    const copied = await store.copy(key('a'), key('b/c'))
    await store.remove(key('a'))
    assert.equal(await text(store, 'b/c'), 'film')
    assert.deepEqual([copied.type, copied.bytes, copied.key], ['video/mp4', 4, 'b/c'])
    await assert.rejects(store.copy(key('a'), key('d')), { code: 'NOT_FOUND' })
    await store.put(key('e'), Buffer.from('other'))
    await assert.rejects(store.copy(key('e'), key('b/c'), { ifAbsent: true }), failed)
  })
}
