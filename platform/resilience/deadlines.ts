/** NOTE: `giveUp` holds what the work has given, and is let go with it. */
type Wait = { readonly endsAt: number; giveUp: (() => void) | undefined }

/** So many waits that are over are kept at most. */
const overMax = 256

/** Waits that all have the same time; those that began first end first. */
class Queue {
  readonly #ms: number
  #waits: Wait[] = []
  /** Waits before this place are over. */
  #head = 0
  #timer: NodeJS.Timeout | undefined

  constructor(ms: number) {
    this.#ms = ms
  }

  add(giveUp: () => void): Wait {
    const wait = { endsAt: performance.now() + this.#ms, giveUp }
    this.#waits.push(wait)
    this.#dropHead()
    this.#timer ??= setTimeout(() => this.#look(), this.#ms)
    return wait
  }

  /** Work mostly ends in the order in which it began: what is over is let go long before its time is. */
  #dropHead(): void {
    while (this.#waits[this.#head]?.giveUp === undefined) this.#head += 1
    if (this.#head < overMax) return
    this.#waits = this.#waits.slice(this.#head)
    this.#head = 0
  }

  #look(): void {
    const now = performance.now()
    const open = this.#waits.slice(this.#head).filter(({ giveUp }) => giveUp !== undefined)
    const firstLater = open.findIndex(({ endsAt }) => endsAt > now)
    const [ended, later] = firstLater === -1 ? [open, []] : [open.slice(0, firstLater), open.slice(firstLater)]
    this.#waits = [...later]
    this.#head = 0
    const [next] = later
    this.#timer = next === undefined ? undefined : setTimeout(() => this.#look(), next.endsAt - now)
    // NOTE: a process that was busy sees its timer before the answer that lies in the socket already; one turn of the event loop
    // later the answer has won.
    if (ended.length > 0)
      setImmediate(() => {
        for (const { giveUp } of ended) giveUp?.()
      })
  }
}

/** Limits how long callers wait, with one timer for all who have the same limit: a timer for each call costs more than a fast call. */
export class Deadlines {
  readonly #queues = new Map<number, Queue>()

  /** What the work gives; rejects with what `late` gives when that takes longer than `ms`. The work goes on. */
  within<T>(ms: number, work: Promise<T>, late: () => unknown): Promise<T> {
    const queue = this.#queues.get(ms) ?? new Queue(ms)
    this.#queues.set(ms, queue)
    return new Promise<T>((resolve, reject) => {
      const wait = queue.add(() => reject(late()))
      work.then(
        (value) => {
          wait.giveUp = undefined
          resolve(value)
        },
        (error) => {
          wait.giveUp = undefined
          reject(error)
        },
      )
    })
  }
}
