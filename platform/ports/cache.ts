/** Volatile values by key. Losing all of them costs time, never data. */
export type Cache<T> = {
  readonly get: (key: string) => Promise<T | undefined>
  readonly set: (key: string, value: T, ttlSeconds: number) => Promise<void>
  readonly remove: (key: string) => Promise<void>
}

/** Makes a cache that holds at most so many values. */
export type CreateCache = <T extends NonNullable<unknown>>(entriesMax: number) => Cache<T>
