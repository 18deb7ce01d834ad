import type { ServerResponse } from 'node:http'
import type { Log } from '#platform/observe/log.ts'
import { counter } from '#platform/observe/metrics.ts'

const cut = counter('edge_answers_cut_total', 'Answers ended because clients that read slowly, or not at all, held too many bytes')

type Limits = { readonly bytesMax: number; readonly log: Log }

/**
 * The bodies of answers that are under way: what slow clients hold in memory, also after the cache has let go of it. Answers
 * with the same body hold it once. Beyond `bytesMax` the answers that began first are ended, the latest never.
 */
export class Underway {
  readonly #limits: Limits
  /** NOTE: in the order in which they began. */
  readonly #answers = new Map<ServerResponse, Buffer>()
  readonly #holders = new Map<Buffer, number>()
  #bytes = 0
  constructor(limits: Limits) {
    this.#limits = limits
  }

  get bytes(): number {
    return this.#bytes
  }

  add(answer: ServerResponse, body: Buffer): void {
    const holders = this.#holders.get(body) ?? 0
    if (holders === 0) this.#bytes += body.length
    this.#holders.set(body, holders + 1)
    this.#answers.set(answer, body)
    answer.once('close', () => this.#remove(answer))
    if (this.#bytes > this.#limits.bytesMax) this.#endOldest(answer)
  }

  #remove(answer: ServerResponse): void {
    const body = this.#answers.get(answer)
    if (body === undefined) return
    this.#answers.delete(answer)
    const holders = (this.#holders.get(body) ?? 1) - 1
    if (holders > 0) return void this.#holders.set(body, holders)
    this.#holders.delete(body)
    this.#bytes -= body.length
  }

  #endOldest(latest: ServerResponse): void {
    const { bytesMax, log } = this.#limits
    const held = this.#bytes
    let count = 0
    for (const answer of this.#answers.keys()) {
      if (this.#bytes <= bytesMax / 2 || answer === latest) break
      this.#remove(answer)
      answer.destroy()
      count += 1
    }
    cut.inc(count)
    log.warn({ held, count }, 'answers that clients have not read for the longest time are ended')
  }
}
