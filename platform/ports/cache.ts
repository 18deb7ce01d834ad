/** Volatile values by key. Losing all of them costs time, never data. */
export type Cache<T> = {
  readonly get: (key: string) => Promise<T | undefined>
  readonly set: (key: string, value: T, ttlSeconds: number) => Promise<void>
  readonly remove: (key: string) => Promise<void>
}
