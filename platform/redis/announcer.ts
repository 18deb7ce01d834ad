import type { Redis } from 'ioredis'
import { atEndOfTick } from '#platform/redis/tick.ts'

/** Tells other processes which keys have changed: one message for all keys that change at once on one server. */
export class Announcer {
  readonly #channel: string
  readonly #own: string
  readonly #changed = new Map<Redis, Set<string>>()

  /** `own` names this process, so that it knows its own messages. */
  constructor(channel: string, own: string) {
    this.#channel = channel
    this.#own = own
  }

  /** To be called after the command that changes the key was given to the same connection. */
  changed(redis: Redis, key: string): void {
    const waiting = this.#changed.get(redis)
    if (waiting !== undefined) return void waiting.add(key)
    this.#changed.set(redis, new Set([key]))
    if (this.#changed.size === 1) atEndOfTick(() => this.#publish())
  }

  /** Which keys another process has changed, null when that is not known; none for a message of our own. */
  read(message: Buffer): readonly string[] | null {
    if (message.toString('latin1', 0, this.#own.length) === this.#own) return []
    try {
      const keys: unknown = JSON.parse(message.toString('utf8', this.#own.length))
      return Array.isArray(keys) ? keys.map(String) : null
    } catch {
      return null
    }
  }

  #publish(): void {
    for (const [redis, keys] of this.#changed) redis.publish(this.#channel, this.#own + JSON.stringify([...keys])).catch(() => undefined)
    this.#changed.clear()
  }
}
