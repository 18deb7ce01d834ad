import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { type ObjectKey, objectKey } from '#platform/contracts/object-key.ts'
import { otherSpellings } from '#platform/identity/other-spellings.ts'
import { readStreamToken, readUploadTarget, signStream, signUploadPath } from '#platform/identity/stream-token.ts'

const key = 'ab'.repeat(32)
const part = fc.stringMatching(/^[a-zA-Z0-9_-][a-zA-Z0-9._-]{0,30}$/)
const prefix = fc.tuple(part, part).map((parts) => objectKey(`streams/${parts.join('/')}`))
const at = fc.integer({ min: 1, max: 4_000_000_000 }).map((seconds) => new Date(seconds * 1000))

test('what was signed is what is read', () => {
  fc.assert(
    fc.property(prefix, fc.uuid(), at, fc.option(fc.nat(), { nil: undefined }), (streamPrefix, sessionId, expiresAt, heightMax) => {
      const grant = { prefix: streamPrefix, sessionId, expiresAt, ...(heightMax === undefined ? {} : { heightMax }) }
      assert.deepEqual(readStreamToken(signStream(grant, key), key), grant)
    }),
  )
  fc.assert(
    fc.property(part, fc.nat(), at, (name, bytes, expiresAt) => {
      const grant = { key: objectKey(`uploads/${name}`), bytes, expiresAt }
      assert.deepEqual(readUploadTarget(signUploadPath(grant, key), key), grant)
    }),
  )
})

test('a stream token with any character changed, left out or added opens nothing', () => {
  const token = signStream({ prefix: objectKey('streams/a/b'), sessionId: 's', expiresAt: new Date(4e12) }, key)
  for (const other of otherSpellings(token)) assert.throws(() => readStreamToken(other, key), { code: 'STREAM_TOKEN_INVALID' }, other)
})

test('an upload address with any character changed, left out or added takes nothing', () => {
  const grant = { key: objectKey('uploads/1/part-00000'), bytes: 8_388_608, expiresAt: new Date(4e12) }
  const path = signUploadPath(grant, key)
  for (const other of [...otherSpellings(path), `${path}&bytes=1`, `/x${path}`, path.replace('/upload/', '/upload/%2e/')])
    assert.throws(() => readUploadTarget(other, key), { code: 'UPLOAD_ADDRESS_INVALID' }, other)
})

test('nobody signs for what is not a stream', () => {
  for (const closed of ['archive/x', 'streams', 'uploads/x', 'art/x', '../streams/x', 'streams/../archive', ''])
    assert.throws(() => signStream({ prefix: closed as ObjectKey, sessionId: 's', expiresAt: new Date(4e12) }, key), {
      code: 'INPUT_INVALID',
    })
})
