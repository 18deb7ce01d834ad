/** Sleep that can be cut short; a wake that comes while nobody sleeps cuts the next sleep. */
export class Wake {
  #isWoken = false
  #wake: () => void = () => undefined
  now(): void {
    this.#isWoken = true
    this.#wake()
  }
  async wait(ms: number): Promise<void> {
    if (!this.#isWoken) {
      await new Promise<void>((resolve) => {
        const timer = setTimeout(resolve, ms)
        this.#wake = () => {
          clearTimeout(timer)
          resolve()
        }
      })
    }
    this.#isWoken = false
  }
}
