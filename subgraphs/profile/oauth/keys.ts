import { createECDH, createPrivateKey, createPublicKey, hkdfSync, type JsonWebKey } from 'node:crypto'
import { keyId, pemsIn } from '#platform/identity/access-token.ts'

const curve = 'prime256v1'

/**
 * The ES256 key of ID tokens (RFC 7518, section 3.4), made from the key of access tokens by HKDF (RFC 5869), so that every process
 * that signs has the same one and no further secret is kept. NOTE: it changes with that key; ID tokens live for minutes.
 */
const ecKeyFrom = (privateKeyPem: string) => {
  const seed = createPrivateKey(privateKeyPem).export({ type: 'pkcs8', format: 'der' })
  const pair = createECDH(curve)
  pair.setPrivateKey(Buffer.from(hkdfSync('sha256', seed, '', 'cinegraph ES256', 32)))
  const point = pair.getPublicKey()
  const text = (bytes: Buffer): string => bytes.toString('base64url')
  return {
    kty: 'EC' as const,
    crv: 'P-256' as const,
    x: text(point.subarray(1, 33)),
    y: text(point.subarray(33)),
    d: text(pair.getPrivateKey()),
  }
}

export type SigningKeys = {
  /** The private keys that sign: EdDSA for access tokens, ES256 for ID tokens. */
  readonly signing: readonly JsonWebKey[]
  /** What anybody may know (RFC 7517), with the keys of before whose tokens are still taken. */
  readonly published: readonly JsonWebKey[]
}

export const signingKeys = (privateKeyPem: string, publicKeyPems: string): SigningKeys => {
  const own = createPrivateKey(privateKeyPem)
  const ec = ecKeyFrom(privateKeyPem)
  const ecPublic = { kty: ec.kty, crv: ec.crv, x: ec.x, y: ec.y }
  const ecId = { kid: keyId(createPublicKey({ key: ecPublic, format: 'jwk' })), alg: 'ES256', use: 'sig' }
  const ed = { alg: 'EdDSA', use: 'sig' }
  const known = pemsIn(publicKeyPems).map((pem) => createPublicKey(pem))
  return {
    signing: [
      { ...own.export({ format: 'jwk' }), kid: keyId(createPublicKey(own)), ...ed },
      { ...ec, ...ecId },
    ],
    published: [...known.map((key) => ({ ...key.export({ format: 'jwk' }), kid: keyId(key), ...ed })), { ...ecPublic, ...ecId }],
  }
}
