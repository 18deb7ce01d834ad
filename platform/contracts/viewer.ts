/** What somebody may do, beyond what is their own: the scopes of an access token (RFC 9068, section 2.2.3). */
export const scopes = ['member', 'support', 'operator'] as const
export type Scope = (typeof scopes)[number]

/** Who asks. Made from a verified access token and the region at the outermost tier; every tier below trusts only that. */
export type Viewer = {
  readonly accountId: string
  readonly profileId: string
  readonly operator: boolean
  /** Highest age rating this profile may see, in years; adults have 18. */
  readonly maturityLimit: number
  /** BCP 47 language in which the profile wants texts. */
  readonly language: string
  /** The session that the access token belongs to; tokens of the first version name none. */
  readonly sessionId?: string
  /** Those of the access token; tokens of earlier versions name none. */
  readonly scopes?: readonly Scope[]
}

/** The scopes of whoever asks; nobody has any. */
export const scopesOf = (viewer: Viewer | null): readonly Scope[] =>
  viewer === null ? [] : (viewer.scopes ?? ['member', ...(viewer.operator ? (['operator'] as const) : [])])

/** What a request carries from tier to tier. `region` is an ISO 3166-1 country. */
export type Caller = {
  readonly viewer: Viewer | null
  readonly region: string
  readonly deviceId: string
  /** IP address of the client, as far as a trusted party knows it. */
  readonly address?: string
  /** A signal that aborts with another one, and when the session of the token is ended; absent without a session. */
  readonly whileOpen?: (signal: AbortSignal) => AbortSignal
  /** The access token as it came, to be passed on; empty when there was none. */
  readonly token: string
}

/** Headers by which one of our processes passes the caller to the next. */
export const callerHeaders = {
  service: 'x-cinegraph-service',
  region: 'x-cinegraph-region',
  device: 'x-cinegraph-device',
  address: 'x-cinegraph-address',
} as const
