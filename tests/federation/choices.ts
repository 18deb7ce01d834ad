/**
 * Decisions read off a list of numbers. When the list ends every decision is the first, simplest one, so a shorter list
 * with smaller numbers is a simpler case: fast-check shrinks cases by shrinking lists.
 */
export class Choices {
  readonly #values: readonly number[]
  #at = 0
  constructor(values: readonly number[]) {
    this.#values = values
  }
  /** A whole number below `count`. */
  below(count: number): number {
    const value = this.#values[this.#at] ?? 0
    this.#at += 1
    return value % count
  }
  /** True in `percent` of cases, and false when the list has ended. */
  chance(percent: number): boolean {
    return 99 - this.below(100) < percent
  }
  one<T>(items: readonly [T, ...T[]] | readonly T[]): T {
    return items[this.below(items.length)] as T
  }
  some<T>(items: readonly T[], percent: number): readonly T[] {
    return items.filter(() => this.chance(percent))
  }
}
