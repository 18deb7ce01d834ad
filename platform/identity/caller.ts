import { type Caller, callerHeaders } from '#platform/contracts/viewer.ts'
import { createVerifier, type VerifyAccess } from '#platform/identity/access-token.ts'
import type { KnownEnds } from '#platform/identity/ended-sessions.ts'
import { secretEqual } from '#platform/identity/secret-equal.ts'
import type { Secrets } from '#platform/identity/secrets.ts'
import type { Config } from '#platform/settings/config.ts'

type Headers = Readonly<Record<string, string | readonly string[] | undefined>>
/** `address` is that of the socket. */
export type ReadCaller = (headers: Headers, address?: string) => Promise<Caller>

const one = (value: string | readonly string[] | undefined): string => (typeof value === 'string' ? value : (value?.[0] ?? ''))

/** NOTE: what a client sends itself stands before what the proxy appends. */
const lastOf = (value: string | readonly string[] | undefined): string =>
  String(value ?? '')
    .split(',')
    .at(-1)
    ?.trim()
    .slice(0, 64)
    .replace(unprintable, '?') ?? ''

/** RFC 6750, section 2.1. What else stands there is no token, and could not be passed on in a header. */
const bearerPattern = /^Bearer +([\w.~+/-]+=*)$/i
const unprintable = /[^\x20-\x7e]/g

type CallerSettings = {
  readonly verify: VerifyAccess
  readonly whileOpen: KnownEnds['whileOpen']
  /** Country of a viewer whom no trusted party has placed. */
  readonly region: string
  /** Header of a trusted proxy that names the country; empty when there is none. */
  readonly regionHeader: string
  /** Header of a trusted proxy that names the client's address, or ends with it; empty when there is none. */
  readonly addressHeader: string
  readonly serviceKey: string
}

/**
 * Reads who asks from request headers. A region named by another of our processes, which shows the service key, is
 * believed; one named by a member's own device is not.
 */
const createReadCaller =
  ({ verify, whileOpen, region, regionHeader, addressHeader, serviceKey }: CallerSettings): ReadCaller =>
  async (headers, socketAddress = '') => {
    const bearer = bearerPattern.exec(one(headers.authorization))?.[1]
    const shown = headers[callerHeaders.service]
    const ours = shown !== undefined && secretEqual(one(shown), serviceKey)
    const named = ours ? one(headers[callerHeaders.region]) : regionHeader === '' ? '' : one(headers[regionHeader.toLowerCase()])
    const address = ours
      ? one(headers[callerHeaders.address])
      : addressHeader === ''
        ? socketAddress
        : lastOf(headers[addressHeader.toLowerCase()])
    const viewer = bearer === undefined ? null : await verify(bearer)
    const { sessionId } = viewer ?? {}
    return {
      viewer,
      ...(sessionId === undefined ? {} : { whileOpen: (signal: AbortSignal) => whileOpen(sessionId, signal) }),
      region: /^[A-Z]{2}$/.test(named) ? named : region,
      deviceId: one(headers[callerHeaders.device]).slice(0, 64).replace(unprintable, '?') || 'unknown',
      ...(address === '' ? {} : { address }),
      token: bearer ?? '',
    }
  }

/** Reads who asks, with the settings and secrets of this process, and the ended sessions that it knows of. */
export const readCallerFrom = (
  { region, regionHeader, addressHeader }: Pick<Config, 'region' | 'regionHeader' | 'addressHeader'>,
  { accessPublicKey, serviceKey }: Pick<Secrets, 'accessPublicKey' | 'serviceKey'>,
  ends: KnownEnds,
): ReadCaller =>
  createReadCaller({
    verify: createVerifier(accessPublicKey, ends),
    whileOpen: ends.whileOpen,
    region,
    regionHeader,
    addressHeader,
    serviceKey,
  })
