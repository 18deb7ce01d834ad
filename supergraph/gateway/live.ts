import type { Documents } from './documents.ts'
import type { Hooks } from './hook-types.ts'
import type { GatewaySettings } from './settings.ts'

/** What a gateway goes by. */
export type Manners = { readonly settings: GatewaySettings; readonly documents: Documents; readonly hooks: readonly Hooks[] }

/** The manners of a gateway while it runs: one set after the other, each as a whole. */
export class Live {
  #now: Manners
  constructor(first: Manners) {
    this.#now = first
  }
  get now(): Manners {
    return this.#now
  }
  replace(next: Manners): void {
    this.#now = next
  }
  /** What is made of manners, made once for each set of them. */
  derive<T>(make: (manners: Manners) => T): () => T {
    let of: Manners | undefined
    let made: T
    return () => {
      if (of !== this.#now) {
        made = make(this.#now)
        of = this.#now
      }
      return made
    }
  }
}
