import assert from 'node:assert/strict'
import { generateKeyPairSync, type KeyObject } from 'node:crypto'
import { test } from 'node:test'
import fc from 'fast-check'
import { SignJWT } from 'jose'
import { createIssuer, createVerifier } from '#platform/identity/access-token.ts'
import { noneEnded } from '#platform/identity/ended-sessions.ts'
import { otherSpellings } from '#platform/identity/other-spellings.ts'

const { publicKey, privateKey } = generateKeyPairSync('ed25519')
const keyOf = (key: KeyObject): string => key.export({ type: 'spki', format: 'pem' }).toString()
const viewer = { accountId: 'a', profileId: 'p', operator: false, maturityLimit: 12, language: 'en' }
const verify = createVerifier(keyOf(publicKey), noneEnded)
const issued = createIssuer(privateKey.export({ type: 'pkcs8', format: 'pem' }).toString(), 60).issue(viewer)

test('an access token says who asks', async () => {
  assert.deepEqual(await verify(await issued), { ...viewer, scopes: ['member'] })
})

test('tokens of the key before and of the first version are taken while their key is listed, and no longer', async () => {
  const next = generateKeyPairSync('ed25519')
  const token = createIssuer(next.privateKey.export({ type: 'pkcs8', format: 'pem' }).toString(), 60).issue(viewer)
  const claims = { pid: 'p', op: false, mat: 12, lang: 'en' }
  const first = new SignJWT(claims)
    .setProtectedHeader({ alg: 'EdDSA' })
    .setIssuer('cinegraph')
    .setSubject('a')
    .setExpirationTime('1 minute')
  const firstToken = await first.sign(privateKey)
  const both = createVerifier(`${keyOf(publicKey)}${keyOf(next.publicKey)}`, noneEnded)
  const known = { ...viewer, scopes: ['member'] }
  for (const each of [await issued, await token]) assert.deepEqual(await both(each), known)
  assert.deepEqual(await both(firstToken), viewer)
  const after = createVerifier(keyOf(next.publicKey), noneEnded)
  assert.deepEqual(await after(await token), known)
  for (const each of [await issued, firstToken]) assert.equal(await after(each), null)
})

test('a token of a session that has ended is refused at once, also when it was verified before', async () => {
  const ended = new Set<string>()
  const check = createVerifier(keyOf(publicKey), { isEnded: (sessionId) => ended.has(sessionId) })
  const issuer = createIssuer(privateKey.export({ type: 'pkcs8', format: 'pem' }).toString(), 60)
  const [mine, other] = [await issuer.issue({ ...viewer, sessionId: 's-1' }), await issuer.issue({ ...viewer, sessionId: 's-2' })]
  assert.equal((await check(mine))?.sessionId, 's-1')
  ended.add('s-1')
  assert.equal(await check(mine), null)
  assert.equal((await check(other))?.sessionId, 's-2')
})

test('an access token with any character changed, left out or added is none', async () => {
  const token = await issued
  const seams = [0, token.indexOf('.'), token.lastIndexOf('.'), token.length].flatMap((seam) => [seam - 2, seam - 1, seam, seam + 1])
  const sampled = fc.sample(fc.nat(token.length), 12)
  const places = [...seams, ...sampled].filter((place) => place >= 0 && place <= token.length)
  for (const other of otherSpellings(token, places)) assert.equal(await verify(other), null, other)
})
