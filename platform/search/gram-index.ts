import type { Spelling } from '#platform/search/near-names.ts'
import { gramsOf } from '#platform/text/search-terms.ts'

type Entry = Spelling & { readonly grams: readonly string[] }

/** What shares the most runs of three letters with a phrase. A candidate with less than half of the best share is none. */
export class GramIndex {
  readonly #entries: (Entry | undefined)[] = []
  readonly #postings = new Map<string, number[]>()
  readonly #placesOf = new Map<string, number[]>()

  add(spelling: Spelling): void {
    const { id, text } = spelling
    const grams = gramsOf(text)
    const place = this.#entries.push({ ...spelling, grams }) - 1
    this.#placesOf.set(id, [...(this.#placesOf.get(id) ?? []), place])
    for (const gram of grams) {
      const posting = this.#postings.get(gram)
      if (posting) posting.push(place)
      else this.#postings.set(gram, [place])
    }
  }

  remove(id: string): void {
    for (const place of this.#placesOf.get(id) ?? []) {
      for (const gram of this.#entries[place]?.grams ?? []) {
        const posting = this.#postings.get(gram) ?? []
        posting.splice(posting.indexOf(place), 1)
      }
      this.#entries[place] = undefined
    }
    this.#placesOf.delete(id)
  }

  /** Spellings of documents that `isWanted`, most alike first, at most `limit`. */
  alike(phrase: string, limit: number, isWanted: (id: string) => boolean): readonly Spelling[] {
    const shared = this.#shared(phrase)
    // NOTE: every search comes by here, and loops are several times as fast as methods of arrays.
    let best = 1
    for (const count of shared) if (count > best) best = count
    const found: { readonly entry: Entry; readonly likeness: number }[] = []
    for (let place = 0; place < shared.length; place += 1) {
      const count = shared[place] ?? 0
      if (2 * count < best) continue
      const entry = this.#entries[place]
      if (entry && isWanted(entry.id)) found.push({ entry, likeness: count + entry.popularity / 2 - entry.grams.length / 50 })
    }
    return found
      .toSorted((a, b) => b.likeness - a.likeness)
      .slice(0, limit)
      .map(({ entry }) => entry)
  }

  /** How many runs each entry shares with a phrase. */
  #shared(phrase: string): Uint16Array {
    const shared = new Uint16Array(this.#entries.length)
    for (const gram of gramsOf(phrase)) {
      for (const place of this.#postings.get(gram) ?? []) shared[place] = (shared[place] ?? 0) + 1
    }
    return shared
  }
}
