import { createRemoteJWKSet, errors, jwtVerify } from 'jose'
import { CinegraphError } from '#platform/errors/errors.ts'
import { isCanonicalJwt } from '#platform/identity/base64url.ts'

export type Issuer = {
  /** Where the issuer publishes its keys (RFC 7517). */
  readonly jwks: string
  readonly issuer?: string | undefined
  readonly audience?: string | undefined
}
export type IssuedClaims = Readonly<Record<string, unknown>> & { readonly exp: number }

/** NOTE: signatures with a shared secret are left out, so that nobody can sign with the public key as if it were one (RFC 8725, section 2.1). */
const algorithms = ['ES256', 'ES384', 'ES512', 'EdDSA', 'Ed25519', 'PS256', 'PS384', 'PS512', 'RS256', 'RS384', 'RS512']
const timeoutMs = 5_000
/** A key that is not known yet is looked for no more often than this. */
const cooldownMs = 2_000

/**
 * Verifies JWTs (RFC 7519) of somebody else's, and gives their claims. Throws UNAUTHENTICATED, and SUBGRAPH_UNAVAILABLE when
 * the keys cannot be had.
 */
export const issuedTokens = ({ jwks, issuer, audience }: Issuer): ((token: string) => Promise<IssuedClaims>) => {
  const keys = createRemoteJWKSet(new URL(jwks), { timeoutDuration: timeoutMs, cooldownDuration: cooldownMs })
  const wanted = { algorithms, ...(issuer === undefined ? {} : { issuer }), ...(audience === undefined ? {} : { audience }) }
  return async (token) => {
    if (!isCanonicalJwt(token)) throw new CinegraphError('UNAUTHENTICATED')
    try {
      const { payload } = await jwtVerify(token, keys, { ...wanted, requiredClaims: ['exp'] })
      return { ...payload, exp: payload.exp ?? 0 }
    } catch (error) {
      throw isRefusal(error)
        ? new CinegraphError('UNAUTHENTICATED', {}, error)
        : new CinegraphError('SUBGRAPH_UNAVAILABLE', { name: 'token key' }, error)
    }
  }
}

/** Keys that do not come, or are none, say nothing about the token. */
const isRefusal = (error: unknown): boolean =>
  error instanceof errors.JOSEError && !(error instanceof errors.JWKSTimeout) && error.code !== 'ERR_JOSE_GENERIC'
