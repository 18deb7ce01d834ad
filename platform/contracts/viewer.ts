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
}

/** What a request carries from tier to tier. `region` is an ISO 3166-1 country. */
export type Caller = {
  readonly viewer: Viewer | null
  readonly region: string
  readonly deviceId: string
  /** IP address of the client, as far as a trusted party knows it. */
  readonly address?: string
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
