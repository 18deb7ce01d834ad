import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { checkUploadPath, readStreamToken, signStream, signUploadPath } from '#platform/identity/stream-token.ts'

const key = 'ab'.repeat(32)

test('what was signed is what is read', () => {
  fc.assert(
    fc.property(fc.string(), fc.uuid(), fc.integer({ min: 1, max: 4_000_000_000 }), (prefix, sessionId, seconds) => {
      const grant = { prefix, sessionId, expiresAt: new Date(seconds * 1000) }
      assert.deepEqual(readStreamToken(signStream(grant, key), key), grant)
    }),
  )
})

test('no other text is a token', () => {
  const token = signStream({ prefix: 'streams/a', sessionId: 's', expiresAt: new Date(4e12) }, key)
  fc.assert(
    fc.property(fc.nat(token.length - 1), fc.constantFrom(...'ABCxyz019-_.'), (at, sign) => {
      const other = token.slice(0, at) + sign + token.slice(at + 1)
      // The last sign of base64url may carry bits that mean nothing.
      if (other === token || at === token.length - 1 || at === token.indexOf('.') - 1) return
      assert.throws(() => readStreamToken(other, key))
    }),
  )
})

test('an upload address takes one object, until it expires', () => {
  const now = new Date(1_000_000)
  const path = new URL(signUploadPath('uploads/1/part-00000', new Date(2_000_000), key), 'http://o')
  const query = { expires: path.searchParams.get('expires') ?? '', signature: path.searchParams.get('signature') ?? '' }
  checkUploadPath('uploads/1/part-00000', query, { key, now })
  assert.throws(() => checkUploadPath('uploads/2/part-00000', query, { key, now }), { code: 'STREAM_TOKEN_INVALID' })
  assert.throws(() => checkUploadPath('uploads/1/part-00000', { ...query, expires: '9999999' }, { key, now }), {
    code: 'STREAM_TOKEN_INVALID',
  })
  assert.throws(() => checkUploadPath('uploads/1/part-00000', query, { key, now: new Date(3_000_000) }), { code: 'STREAM_TOKEN_EXPIRED' })
})
