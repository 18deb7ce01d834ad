/** Ids that are forgotten at an instant each. */
export class PassingIds {
  readonly #until = new Map<string, number>()
  add(id: string, untilMs: number): void {
    this.#until.delete(id)
    this.#until.set(id, untilMs)
    this.#forget()
  }
  has(id: string): boolean {
    return this.#until.has(id)
  }
  /** NOTE: the oldest stand first; one that lives longer than those behind it keeps them a little, which costs memory only. */
  #forget(): void {
    const now = Date.now()
    for (const [id, untilMs] of this.#until) {
      if (untilMs > now) return
      this.#until.delete(id)
    }
  }
}
