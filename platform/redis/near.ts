import { LRUCache } from 'lru-cache'

/** What was read lately stays in this process for so long at most: a change whose message was lost is seen after that. */
const nearMs = 1_000

/** Values that this process has read or written lately, within a bound of bytes. */
export class Near {
  readonly #values: LRUCache<string, { readonly value: unknown }> | undefined

  constructor(bytesMax: number) {
    if (bytesMax > 0) this.#values = new LRUCache({ maxSize: bytesMax, maxEntrySize: Math.ceil(bytesMax / 8) })
  }

  /** Undefined when there is none. */
  get(key: string): { readonly value: unknown } | undefined {
    return this.#values?.get(key)
  }
  put(key: string, value: unknown, { bytes, expiresAt }: { readonly bytes: number; readonly expiresAt: number }): void {
    const ttl = Math.floor(Math.min(nearMs, expiresAt - Date.now()))
    if (ttl > 0) this.#values?.set(key, { value }, { size: bytes + key.length + 100, ttl })
  }
  forget(key: string): void {
    this.#values?.delete(key)
  }
  clear(): void {
    this.#values?.clear()
  }
}
