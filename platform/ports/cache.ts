/** How values become bytes where a cache lies outside of this process. */
export type Codec<T> = {
  /** Names what the values look like; a codec for values of another shape has another text. */
  readonly shape: string
  readonly encode: (value: T) => Uint8Array
  readonly decode: (bytes: Uint8Array) => T
}
export type TimeToLive = {
  readonly seconds: number
  /** The share by which a life may be shorter, 0 to 1, so that what was set together does not expire together. */
  readonly jitter: number
}

/** Where values of one kind lie. Values of another `name`, or of another shape under the same name, are never met there. */
export type CacheNamespace<T> = {
  readonly name: string
  readonly codec: Codec<T>
  readonly ttl: TimeToLive
  /** An adapter in this process holds so many values at most, and drops those that were not used for longest. */
  readonly entriesMax: number
}

/** Volatile values by key. Losing all of them costs time, never data. Values are not changed after they were given to it. */
export type Cache<T> = {
  /** What is kept of the keys, in one trip. */
  readonly get: (keys: readonly string[]) => Promise<ReadonlyMap<string, T>>
  readonly set: (key: string, value: T) => Promise<void>
  /** Sets a value where there is none. False when there is one. */
  readonly add: (key: string, value: T) => Promise<boolean>
  /** Sets a value where the encoded bytes of `expected` are kept. False when something else is, or nothing. */
  readonly replace: (key: string, expected: T, value: T) => Promise<boolean>
  /** Begins the life of a value anew. False when there is none. */
  readonly touch: (key: string) => Promise<boolean>
  readonly remove: (key: string) => Promise<void>
}

/** Opens a namespace; whoever opens an equal one shares its values. */
export type CreateCache = <T extends NonNullable<unknown>>(namespace: CacheNamespace<T>) => Cache<T>
