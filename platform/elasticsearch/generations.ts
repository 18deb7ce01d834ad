import { randomBytes } from 'node:crypto'
import type { Client } from '@elastic/elasticsearch'
import { statusOf, writeMs } from '#platform/elasticsearch/client.ts'
import { indexBody, type Stored } from '#platform/elasticsearch/mapping.ts'

/** A rebuild that has not ended after so long was left by a process that died. */
const rebuildMsMax = 6 * 3_600_000
const bulkDocuments = 500
const removalsPerPage = 1_000
const swapsMax = 20

type Target = { readonly index: string; readonly isLive: boolean; readonly isNext: boolean }

/**
 * Indices of one need: that which is searched has the alias `<name>-live`, those that are being built have `<name>-next`. What is written goes
 * to all of them, whichever process builds, so aliases are looked up for each write.
 */
export class Generations {
  readonly live: string
  readonly #next: string
  readonly #client: Client
  readonly #name: string
  readonly #beginnings = new Set<Promise<string>>()

  constructor(client: Client, name: string) {
    this.#client = client
    this.#name = name
    this.live = `${name}-live`
    this.#next = `${name}-next`
  }

  /** Makes an empty index that is searched, unless there is one. */
  async ensure(): Promise<void> {
    if (await this.#client.indices.existsAlias({ name: this.live }, { requestTimeout: writeMs })) return
    // NOTE: of several that do this at once one stays; nothing has been written yet.
    await this.#goLive(await this.#create(this.#next))
  }

  /** Writes to every generation; older versions change nothing. Resolves when a search finds what was written. */
  async write(documents: readonly Stored[]): Promise<void> {
    if (documents.length === 0) return
    // NOTE: what is written after a rebuild has begun here belongs into its index too.
    await Promise.allSettled(this.#beginnings)
    const targets = await this.#targets()
    await Promise.all(targets.map(({ index }) => this.#bulk(index, documents)))
    await this.#client.indices.refresh({ index: this.live, ignore_unavailable: true }, { requestTimeout: writeMs })
  }

  /** Builds a new index of what `fill` writes, and of what others write meanwhile, then searches that one instead. */
  async rebuild(fill: (write: (documents: readonly Stored[]) => Promise<void>) => Promise<void>): Promise<void> {
    const beginning = this.#removeLeftovers().then(() => this.#create(this.#next))
    this.#beginnings.add(beginning)
    const index = await beginning.finally(() => this.#beginnings.delete(beginning))
    try {
      for await (const removals of this.#removals()) await this.#bulk(index, removals)
      await fill((documents) => this.#bulk(index, documents))
      await this.#client.indices.refresh({ index }, { requestTimeout: writeMs })
    } catch (error) {
      await this.#remove([index])
      throw error
    }
    await this.#goLive(index)
  }

  async #create(alias: string): Promise<string> {
    const index = `${this.#name}-${Date.now()}-${randomBytes(4).toString('hex')}`
    await this.#client.indices.create({ index, ...indexBody, aliases: { [alias]: {} } }, { requestTimeout: writeMs })
    return index
  }

  async #targets(): Promise<readonly Target[]> {
    const found = await this.#client.indices.getAlias({ index: `${this.#name}-*` }, { requestTimeout: writeMs })
    return Object.entries(found).map(([index, { aliases }]) => ({ index, isLive: this.live in aliases, isNext: this.#next in aliases }))
  }

  async #bulk(index: string, documents: readonly Stored[]): Promise<void> {
    for (let at = 0; at < documents.length; at += bulkDocuments) {
      const operations = documents
        .slice(at, at + bulkDocuments)
        .flatMap(({ id, version, source }) => [{ index: { _id: id, version, version_type: 'external' as const } }, { ...source, id }])
      const { items } = await this.#client.bulk({ index, operations, require_alias: false }, { requestTimeout: writeMs })
      for (const { index: result } of items) {
        // NOTE: 409 is a version that is there already, or a newer one; 404 an index that another rebuild has removed meanwhile.
        const status = result?.status ?? 500
        if (status >= 300 && status !== 409 && status !== 404) throw new Error(`${result?.error?.type}: ${result?.error?.reason}`)
      }
    }
  }

  async *#removals(): AsyncGenerator<readonly Stored[]> {
    for (let after: string | undefined; ; ) {
      const { hits } = await this.#client.search(
        {
          index: this.live,
          query: { term: { removed: true } },
          version: true,
          _source: false,
          size: removalsPerPage,
          sort: [{ id: 'asc' }],
          ...(after === undefined ? {} : { search_after: [after] }),
        },
        { requestTimeout: writeMs },
      )
      if (hits.hits.length === 0) return
      yield hits.hits.map(({ _id = '', _version = 0 }) => ({ id: _id, version: _version, source: { removed: true } as const }))
      after = hits.hits.at(-1)?._id
    }
  }

  async #goLive(index: string): Promise<void> {
    await this.#swap(index)
    const targets = await this.#targets()
    // NOTE: of several that begin on an empty cluster at the same moment each finds nothing to replace; the youngest stays.
    const live = targets.flatMap((target) => (target.isLive ? [target.index] : [])).toSorted()
    const unnamed = targets.flatMap(({ index: name, isLive, isNext }) => (isLive || isNext ? [] : [name]))
    await this.#remove([...live.slice(0, -1), ...unnamed])
  }

  /** Puts an index into the place of the one that is searched, in one step that fails, and is tried again, when another did so meanwhile. */
  async #swap(index: string): Promise<void> {
    for (let tries = 1; ; tries += 1) {
      const replaced = (await this.#targets()).filter((target) => target.isLive && target.index !== index)
      const actions = [
        ...replaced.map((target) => ({ remove: { index: target.index, alias: this.live, must_exist: true } })),
        { add: { index, alias: this.live } },
        { remove: { index, alias: this.#next, must_exist: false } },
      ]
      try {
        await this.#client.indices.updateAliases({ actions }, { requestTimeout: writeMs })
        return
      } catch (error) {
        if (statusOf(error) !== 404 || tries === swapsMax) throw error
      }
    }
  }

  async #removeLeftovers(): Promise<void> {
    const bornOf = (index: string) => Number(index.slice(this.#name.length + 1).split('-')[0])
    const old = (await this.#targets()).filter(({ index, isNext }) => isNext && bornOf(index) < Date.now() - rebuildMsMax)
    await this.#remove(old.map(({ index }) => index))
  }

  /** NOTE: one by one, because a request that names one which another process has just removed removes none. */
  async #remove(indices: readonly string[]): Promise<void> {
    for (const index of indices)
      await this.#client.indices.delete({ index, ignore_unavailable: true }, { requestTimeout: writeMs }).catch((error: unknown) => {
        if (statusOf(error) !== 404) throw error
      })
  }
}
