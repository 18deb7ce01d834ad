import type { ObjectStore } from '#platform/ports/object-store.ts'
import { type Archived, filesOf, readFile } from './archive.ts'
import { type Quality, QualityTally } from './quality.ts'

/** An hour's figures, brought up by the files that have come to its archive since. */
export class HourRollUp {
  readonly #hour: string
  readonly #tally = new QualityTally()
  readonly #files = new Set<string>()
  /** Of each partition the offset of the last event counted: what is delivered again lies at or before it. */
  readonly #counted = new Map<number, bigint>()
  constructor(hour: string) {
    this.#hour = hour
  }
  /** Reads what is new. Events are counted once each, however often they were delivered. */
  async bringUp(objects: ObjectStore): Promise<Quality> {
    for (const key of await filesOf(objects, this.#hour)) {
      if (this.#files.has(key)) continue
      for (const event of await readFile(objects, key)) this.#count(event)
      this.#files.add(key)
    }
    return this.#tally.quality()
  }
  #count({ partition, offset, data }: Archived): void {
    const at = BigInt(offset)
    if (at <= (this.#counted.get(partition) ?? -1n)) return
    this.#counted.set(partition, at)
    this.#tally.add(data)
  }
}
