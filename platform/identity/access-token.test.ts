import assert from 'node:assert/strict'
import { generateKeyPairSync } from 'node:crypto'
import { test } from 'node:test'
import fc from 'fast-check'
import { createIssuer, createVerifier } from '#platform/identity/access-token.ts'
import { otherSpellings } from '#platform/identity/other-spellings.ts'

const { publicKey, privateKey } = generateKeyPairSync('ed25519')
const viewer = { accountId: 'a', profileId: 'p', operator: false, maturityLimit: 12, language: 'en' }
const verify = createVerifier(publicKey.export({ type: 'spki', format: 'pem' }).toString())
const issued = createIssuer(privateKey.export({ type: 'pkcs8', format: 'pem' }).toString(), 60).issue(viewer)

test('an access token says who asks', async () => {
  assert.deepEqual(await verify(await issued), viewer)
})

test('an access token with any character changed, left out or added is none', async () => {
  const token = await issued
  const seams = [0, token.indexOf('.'), token.lastIndexOf('.'), token.length].flatMap((seam) => [seam - 2, seam - 1, seam, seam + 1])
  const sampled = fc.sample(fc.nat(token.length), 12)
  const places = [...seams, ...sampled].filter((place) => place >= 0 && place <= token.length)
  for (const other of otherSpellings(token, places)) assert.equal(await verify(other), null, other)
})
