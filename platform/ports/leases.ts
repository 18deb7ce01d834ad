/** A right to something that one holder has at a time, until an instant of the store's clock. */
export type Lease = {
  readonly key: string
  readonly holder: string
  /** Grows with every lease that is taken; what a lease protects refuses a lower one than it has seen (a fencing token). */
  readonly token: bigint
  readonly expiresAt: Date
}

/** Who holds one of some keys, without the lease at hand. */
export type Claim = { readonly keys: readonly string[]; readonly holder: string }

/** Streams of an account, nodes that are alive, leaders. Instants are those of the store, so that clocks of processes do not matter. */
export type Leases = {
  /**
   * Takes the first of the keys that nobody holds, or that the holder has already. Null when others hold them all. One key elects
   * a leader; a key per place (`stream/<account>/1`, `/2` …) limits how many hold one at once.
   */
  readonly take: (keys: readonly string[], holder: string, ttlMs: number) => Promise<Lease | null>
  /** The same lease for longer; null when it ran out and another was taken, or it was released. */
  readonly renew: (lease: Lease, ttlMs: number) => Promise<Lease | null>
  /** The same for many at once, in the cost of about one: the lease that each holds of its keys, in their order; null where it holds none. */
  readonly renewHeld: (claims: readonly Claim[], ttlMs: number) => Promise<readonly (Lease | null)[]>
  /** Frees the key at once; does nothing for a lease that is lost. */
  readonly release: (lease: Lease) => Promise<void>
  /** Leases that have not run out of keys that begin with the prefix, in the order of keys. */
  readonly list: (prefix: string) => Promise<readonly Lease[]>
}
