import type { Redis } from 'ioredis'
import { rendezvous } from '#platform/redis/rendezvous.ts'
import { RedisServer } from '#platform/redis/server.ts'

/** Keys that were written or removed while their server was away, at most; after that only their lives end them. */
const missedMax = 10_000
/** How long what a server lacks after its return is looked for in another zone. */
const coldMs = 60_000
/** Writes and chunks may take so many times as long as a read. */
const patience = 5

/** What a server said of a key: its frame, or null when it has none. Undefined when another zone may have it. */
export type Answer = Buffer | null | undefined

/** Servers that share the keys of one zone. */
export class Zone implements AsyncDisposable {
  readonly name: string
  readonly servers: readonly RedisServer[]
  readonly #place: (key: string) => readonly number[]
  readonly #missed = new Map<RedisServer, Set<string>>()
  readonly #readMs: number

  constructor(urls: readonly string[], readMs: number) {
    this.#readMs = readMs
    this.servers = urls.map((url) => new RedisServer(url, { onReturn: (server) => this.#makeGood(server) }))
    const names = this.servers.map(({ name }) => name)
    this.name = names.join(',')
    this.#place = rendezvous(names)
  }

  isUsableFor(key: string): boolean {
    return this.#serverOf(key).isUsable
  }

  /** In the order of the keys. Never rejects. */
  read(keys: readonly string[]): Promise<readonly Answer[]> {
    const [only, ...others] = this.servers
    return only !== undefined && others.length === 0 ? this.#readFrom(only, keys) : this.#readFromEach(keys)
  }

  async #readFromEach(keys: readonly string[]): Promise<readonly Answer[]> {
    const answers = new Map<string, Answer>()
    const groups = [...Map.groupBy(keys, (key) => this.#serverOf(key))]
    await Promise.all(
      groups.map(async ([server, group]) => {
        const found = await this.#readFrom(server, group)
        for (const [at, key] of group.entries()) answers.set(key, found[at])
      }),
    )
    return keys.map((key) => answers.get(key))
  }

  /** All chunks of one value, in the order of their keys; null when one is not there. */
  async readChunks(keys: readonly string[]): Promise<readonly Buffer[] | null> {
    const parts = keys.map((key) => this.#run(key, (redis) => redis.getBuffer(key)))
    const chunks = (await Promise.all(parts)).map((chunk) => chunk ?? null)
    return chunks.every((chunk) => chunk !== null) ? chunks : null
  }

  /** What the command gives; undefined when the server of the key is away, and then the key is removed there on its return. Never rejects. */
  async write<T>(key: string, command: (redis: Redis) => Promise<T>): Promise<T | undefined> {
    const result = await this.#run(key, command)
    if (result === undefined) this.#miss(key)
    return result
  }

  async #run<T>(key: string, command: (redis: Redis) => Promise<T>): Promise<T | undefined> {
    return this.#serverOf(key)
      .run(this.#readMs * patience, command)
      .catch(() => undefined)
  }

  async #readFrom(server: RedisServer, keys: readonly string[]): Promise<readonly Answer[]> {
    try {
      const [first = ''] = keys
      const answers: readonly Answer[] =
        keys.length === 1
          ? [await server.run(this.#readMs, (redis) => redis.getBuffer(first))]
          : await server.run(this.#readMs, (redis) => redis.mgetBuffer(...keys))
      // NOTE: what a server lacks which was away lately may lie in another zone.
      return server.hasReturnedWithin(coldMs) ? answers.map((frame) => frame ?? undefined) : answers
    } catch {
      return keys.map(() => undefined)
    }
  }

  #serverOf(key: string): RedisServer {
    const server = this.servers[this.#place(key)[0] ?? 0]
    if (server === undefined) throw new TypeError('A zone has at least one server')
    return server
  }

  #miss(key: string): void {
    const server = this.#serverOf(key)
    const missed = this.#missed.get(server) ?? new Set()
    if (missed.size < missedMax) missed.add(key)
    this.#missed.set(server, missed)
  }

  /** An old value must not be found again when the server that has missed a write comes back. */
  async #makeGood(server: RedisServer): Promise<void> {
    const missed = [...(this.#missed.get(server) ?? [])]
    this.#missed.delete(server)
    for (let at = 0; at < missed.length; at += 500) {
      const keys = missed.slice(at, at + 500)
      await server
        .run(this.#readMs * patience * 4, (redis) => redis.unlink(...keys))
        .catch((error: unknown) => {
          for (const key of missed.slice(at)) this.#miss(key)
          throw error
        })
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const server of this.servers) await server[Symbol.asyncDispose]()
  }
}
