import assert from 'node:assert/strict'
import { randomBytes } from 'node:crypto'
import { test } from 'node:test'
import fc from 'fast-check'
import { chunksOf, digestOf, expiryOf, frameOf, headerBytes, unframe } from '#platform/redis/value.ts'

const life = { stamp: 1_764_000_000_000, expiresAt: 1_764_000_300_000 }

test('any bytes come back from their frame, with the end of their life', () =>
  fc.assert(
    fc.asyncProperty(fc.uint8Array({ maxLength: 20_000, size: 'max' }), async (bytes) => {
      const { frame, chunks } = (await frameOf(bytes, life)) ?? assert.fail()
      assert.equal(expiryOf(frame), life.expiresAt)
      assert.deepEqual([chunks.length, chunksOf(frame).length], [0, 0])
      assert.ok(Buffer.from(bytes).equals(await unframe(frame, [])))
    }),
    { numRuns: 200 },
  ))

test('large bytes are compressed when that helps, and lie in chunks of a megabyte when they are still large', async () => {
  const text = Buffer.alloc(9_000_000, 'a title card ')
  assert.ok(((await frameOf(text, life))?.frame.length ?? 0) < 10_000)
  const random = randomBytes(2_500_000)
  const { frame, chunks } = (await frameOf(random, life)) ?? assert.fail()
  assert.deepEqual(
    chunks.map(([, bytes]) => bytes.length),
    [1_048_576, 1_048_576, 402_848],
  )
  assert.deepEqual(
    chunksOf(frame),
    chunks.map(([ending]) => ending),
  )
  const parts = chunks.map(([, bytes]) => bytes)
  assert.ok(random.equals(await unframe(frame, parts)))
  await assert.rejects(unframe(frame, parts.toReversed()), 'chunks of another write are not taken for these')
  assert.notDeepEqual(chunksOf(frame), chunksOf((await frameOf(random, life))?.frame ?? frame), 'two writes never share a chunk')
})

test('what is too large to be kept is not kept', async () => {
  assert.equal(await frameOf(Buffer.alloc(65 * 1_048_576), life), null)
})

test('frames of equal values have equal digests, whatever their lives are', async () => {
  const frames = await Promise.all([1, 2].map((expiresAt) => frameOf(Buffer.from('value'), { stamp: 0, expiresAt })))
  for (const each of frames) assert.ok(each?.frame.subarray(17, headerBytes).equals(digestOf(Buffer.from('value'))))
})
