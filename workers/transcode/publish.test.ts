import assert from 'node:assert/strict'
import { randomBytes } from 'node:crypto'
import { readdir } from 'node:fs/promises'
import { join } from 'node:path'
import { test } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import fc from 'fast-check'
import { createFolderStore } from '#platform/adapters/object-store.folder.ts'
import { objectKey } from '#platform/contracts/object-key.ts'
import { objectsBelow, readObject } from '#platform/files/read-object.ts'
import type { ObjectStore } from '#platform/ports/object-store.ts'
import { temporaryFolder } from '../../tests/boot.ts'
import type { Rendition } from './package/segments.ts'
import { type Publication, publish, published } from './publish.ts'

const film = { uploadId: 'u-1', titleId: 't-1' }

const bodyOf = (bytes: Buffer) => ({ bytes: bytes.length, keys: [], read: () => bytes })

/** What one worker has made: bytes that no other has, and one segment more than the worker before. */
const madeBy = (worker: number): Publication => {
  const rendition = (name: string): Rendition => ({
    name,
    codec: 'avc1.4d401e',
    init: Buffer.from(`init of ${worker}`),
    timescale: 1_000,
    segments: Array.from({ length: 2 + worker }, (_, at) => ({
      name: `${name}/${String(at + 1).padStart(5, '0')}.m4s`,
      start: 4 * at,
      duration: 4,
      ...bodyOf(Buffer.concat([Buffer.from(`of ${worker} `), randomBytes(2_000)])),
    })),
  })
  const picture = { width: 426, height: 240, framesPerSecond: 24 }
  const sound = { label: 'English', language: 'en', isDefault: true, channels: 2 }
  return { ...film, videos: [{ ...rendition('v240'), ...picture }], sounds: [{ ...rendition('audio'), ...sound }], texts: [] }
}

/** A store of its own over the same folder, as in a process of its own, whose writes take their time. */
const slowStore = (root: string, pauses: readonly number[]): ObjectStore => {
  const store = createFolderStore(root)
  let writes = 0
  return {
    ...store,
    put: async (key, body, options) => {
      await sleep(pauses[writes++ % pauses.length] ?? 0)
      return store.put(key, body, options)
    },
  }
}

/** That exactly one stream is there, with every object of the worker that made it and none of another. */
const checkOneStream = async (root: string, publications: readonly Publication[]): Promise<void> => {
  const objects = createFolderStore(root)
  const receipt = await published(objects, film)
  assert.ok(receipt)
  const winner = publications.find(({ videos }) => 4_000 * (videos[0]?.segments.length ?? 0) === receipt.durationMs)
  assert.ok(winner, 'the receipt is of one of them')
  const there = (await Array.fromAsync(objectsBelow(objects, objectKey('streams')))).map(({ key }) => key)
  const made = new Map<string, unknown>()
  for (const rendition of [...winner.videos, ...winner.sounds]) {
    made.set(`${rendition.name}/init.mp4`, rendition.init)
    for (const { name, read } of rendition.segments) made.set(name, read())
  }
  const playlists = ['v240.m3u8', 'v240-keys.m3u8', 'audio.m3u8', 'manifest.mpd', 'master.m3u8']
  const expected = [...made.keys(), ...playlists].map((name) => `${receipt.prefix}/${name}`)
  assert.deepEqual(there.toSorted(), [...expected, 'streams/t-1/u-1.json'].toSorted())
  for (const [name, bytes] of made) assert.deepEqual(await readObject(objects, objectKey(`${receipt.prefix}/${name}`)), bytes, name)
  assert.deepEqual(await readdir(join(root, '.partial')), [])
}

const pauses = fc.array(fc.nat({ max: 4 }), { minLength: 1, maxLength: 6 })

test('of workers that publish one upload at once, exactly one stream is visible, complete and unmixed, and nothing is left over', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(pauses, { minLength: 2, maxLength: 4 }), async (workers) => {
      await using folder = await temporaryFolder()
      const publications = workers.map((_, at) => madeBy(at))
      const given = await Promise.all(workers.map((each, at) => publish(slowStore(folder.path, each), publications[at] ?? madeBy(at))))
      for (const packaged of given) assert.deepEqual(packaged, await published(createFolderStore(folder.path), film))
      await checkOneStream(folder.path, publications)
    }),
    { numRuns: 12 },
  )
})

test('what a worker that died while it published has put is removed once another publishes', async () => {
  await using folder = await temporaryFolder()
  for (const diesAt of [0, 3, 9]) {
    let writes = 0
    const store = createFolderStore(folder.path)
    const dying: ObjectStore = {
      ...store,
      put: async (key, body, options) => {
        if (writes++ === diesAt) throw new Error('the worker is gone')
        return store.put(key, body, options)
      },
    }
    await assert.rejects(publish(dying, madeBy(2)), /the worker is gone/)
    assert.equal(await published(store, film), null, 'half a stream is not visible')
  }
  const publication = madeBy(1)
  await publish(createFolderStore(folder.path), publication)
  await checkOneStream(folder.path, [publication])
})
