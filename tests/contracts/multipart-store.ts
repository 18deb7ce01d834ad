import assert from 'node:assert/strict'
import { randomBytes, randomUUID } from 'node:crypto'
import { Readable } from 'node:stream'
import { test } from 'node:test'
import { readObject } from '#platform/files/read-object.ts'
import { type MultipartStore, type ObjectStore, partBytesMin } from '#platform/ports/object-store.ts'
import { cutOff, key, type OpenStore } from './object-store.ts'

/** What every adapter that takes objects in parts promises. */
export const multipartContract = (name: string, open: OpenStore<ObjectStore & MultipartStore>): void => {
  const run = (promise: string, check: (store: ObjectStore & MultipartStore) => Promise<void>) =>
    test(`multipart store, ${name}: ${promise}`, async () => {
      await using opened = await open()
      await check(opened.store)
    })
  const first = randomBytes(partBytesMin)
  const second = randomBytes(partBytesMin)
  const last = randomBytes(1_000)

  run('parts in any order, one of them sent twice, make one object', async (store) => {
    const upload = await store.begin(key('films/a'), { type: 'video/mp4' })
    const three = await store.putPart(upload, 3, last)
    await store.putPart(upload, 1, second)
    const one = await store.putPart(upload, 1, Readable.from([first.subarray(0, 9), first.subarray(9)]))
    const two = await store.putPart(upload, 2, second)
    assert.equal(await store.head(key('films/a')), null, 'nothing is there before all of it is')
    const info = await store.complete(upload, [one, two, three])
    assert.deepEqual([info.bytes, info.type], [first.length + second.length + last.length, 'video/mp4'])
    assert.ok((await readObject(store, key('films/a'))).equals(Buffer.concat([first, second, last])))
    assert.equal((await store.head(key('films/a')))?.etag, info.etag)
  })

  run('an upload that was cut off goes on from the parts that are there', async (store) => {
    const upload = await store.begin(key('films/b'))
    const sent = await store.putPart(upload, 1, first)
    await assert.rejects(store.putPart(upload, 2, cutOff(second.subarray(0, 100))))
    const { parts, next } = await store.listParts(upload)
    assert.deepEqual([parts, next], [[sent], null])
    const rest = await store.putPart(upload, 2, last)
    const paged = await store.listParts(upload, { limit: 1 })
    assert.deepEqual([paged.parts, paged.next], [[sent], 1])
    assert.deepEqual((await store.listParts(upload, { after: paged.next ?? 0 })).parts, [rest])
    await store.complete(upload, [...parts, rest])
    assert.ok((await readObject(store, key('films/b'))).equals(Buffer.concat([first, last])))
  })

  run('parts that are not there make no object', async (store) => {
    const upload = await store.begin(key('films/c'))
    const one = await store.putPart(upload, 1, last)
    for (const parts of [[{ part: 2, etag: one.etag }], [{ part: 1, etag: '"other"' }]]) await assert.rejects(store.complete(upload, parts))
    const tooLarge = Readable.from(
      (function* () {
        for (let mb = 0; mb <= 64; mb += 1) yield Buffer.alloc(1_048_576)
      })(),
    )
    await assert.rejects(store.putPart(upload, 2, tooLarge), { code: 'INPUT_INVALID' })
    for (const part of [0, 10_001, 1.5]) await assert.rejects(store.putPart(upload, part, last), { code: 'INPUT_INVALID' })
    assert.equal(await store.head(key('films/c')), null)
  })

  run('an upload that was ended takes nothing more', async (store) => {
    const aborted = await store.begin(key('films/d'))
    await store.putPart(aborted, 1, last)
    await store.abort(aborted)
    const completed = await store.begin(key('films/e'))
    await store.complete(completed, [await store.putPart(completed, 1, last)])
    for (const upload of [aborted, completed, { key: key('films/f'), id: randomUUID() }, { key: key('films/f'), id: '../x' }]) {
      await assert.rejects(store.putPart(upload, 1, last), { code: 'NOT_FOUND' })
      await assert.rejects(store.listParts(upload), { code: 'NOT_FOUND' })
    }
    assert.equal(await store.head(key('films/d')), null)
  })

  run('an upload is completed only while its condition holds', async (store) => {
    await store.put(key('films/g'), Buffer.from('there'))
    const upload = await store.begin(key('films/g'))
    const one = await store.putPart(upload, 1, last)
    await assert.rejects(store.complete(upload, [one], { ifAbsent: true }), { code: 'PRECONDITION_FAILED' })
    assert.equal((await readObject(store, key('films/g'))).toString(), 'there')
  })
}
