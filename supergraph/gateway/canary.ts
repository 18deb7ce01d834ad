import type { Answered } from '../engine/answered.ts'
import { percentOf } from './claims.ts'
import type { Gateway } from './gateway.ts'
import type { Incoming } from './http-subgraph.ts'
import { Versions } from './versions.ts'

export type CanarySettings = {
  /** Share of callers that go to the new version; the same callers as long as it lasts. */
  readonly percent: number
  /** Judged from so many requests on. */
  readonly requestsMin: number
  /** It goes back when its share of failed requests is that much higher, or its mean time so many times as long. */
  readonly errorShareMore: number
  readonly latencyTimes: number
}
export type Verdict = { readonly why: string; readonly canary: Figures; readonly stable: Figures }
type Figures = { readonly requests: number; readonly errorShare: number; readonly meanMs: number }

/** Requests of the last minute or so: older ones count half as much each time the window is full. */
class Record {
  #requests = 0
  #failed = 0
  #ms = 0
  note(ms: number, isFailed: boolean): void {
    if (this.#requests >= 2_000) {
      this.#requests /= 2
      this.#failed /= 2
      this.#ms /= 2
    }
    this.#requests += 1
    this.#failed += isFailed ? 1 : 0
    this.#ms += ms
  }
  get figures(): Figures {
    const each = Math.max(1, this.#requests)
    return { requests: Math.round(this.#requests), errorShare: this.#failed / each, meanMs: this.#ms / each }
  }
}

/** Why a new version has to go back; undefined while nothing speaks against it. */
export const judge = (
  canary: Figures,
  stable: Figures,
  { requestsMin, errorShareMore, latencyTimes }: CanarySettings,
): string | undefined => {
  if (canary.requests < requestsMin || stable.requests < requestsMin) return undefined
  if (canary.errorShare > stable.errorShare + errorShareMore)
    return `${(canary.errorShare * 100).toFixed(1)} % of its requests fail, ${(stable.errorShare * 100).toFixed(1)} % of the others`
  if (canary.meanMs > stable.meanMs * latencyTimes + 1)
    return `it takes ${canary.meanMs.toFixed(1)} ms, the other ${stable.meanMs.toFixed(1)} ms`
  return undefined
}

/** Serves one version to most callers and, while a canary is out, another one to some. */
export class Serving implements AsyncDisposable {
  readonly #stable: Versions
  readonly #onEnd: (verdict: Verdict) => void
  #canary: { readonly versions: Versions; readonly settings: CanarySettings; readonly own: Record; readonly others: Record } | undefined
  constructor(first: Gateway, onEnd: (verdict: Verdict) => void = () => undefined) {
    this.#stable = new Versions(first)
    this.#onEnd = onEnd
  }
  get current(): Gateway {
    return this.#stable.current
  }
  get hasCanary(): boolean {
    return this.#canary !== undefined
  }
  /** Sends a share of callers to a new version. It goes back by itself; `promote` makes it the version of all. */
  async release(next: Gateway, settings: CanarySettings): Promise<void> {
    await this.#end()
    this.#canary = { versions: new Versions(next), settings, own: new Record(), others: new Record() }
  }
  async replace(next: Gateway): Promise<void> {
    await this.#stable.replace(next)
  }
  async use(incoming: Incoming, work: (gateway: Gateway) => Promise<Answered>): Promise<Answered> {
    const canary = this.#canary
    if (canary === undefined) return this.#stable.use(work)
    const isChosen = percentOf(incoming.headers, 'canary') < canary.settings.percent
    const began = performance.now()
    const answer = await (isChosen ? canary.versions : this.#stable).use(work)
    ;(isChosen ? canary.own : canary.others).note(performance.now() - began, answer.hasErrors)
    if (isChosen) this.#judge()
    return answer
  }
  stream<T>(work: (gateway: Gateway) => AsyncIterable<T>): AsyncIterable<T> {
    return this.#stable.stream(work)
  }
  #judge(): void {
    const canary = this.#canary
    if (canary === undefined) return
    const [own, others] = [canary.own.figures, canary.others.figures]
    const why = judge(own, others, canary.settings)
    if (why === undefined) return
    void this.#end()
    this.#onEnd({ why, canary: own, stable: others })
  }
  async #end(): Promise<void> {
    const canary = this.#canary
    this.#canary = undefined
    await canary?.versions[Symbol.asyncDispose]()
  }
  async [Symbol.asyncDispose](): Promise<void> {
    await this.#end()
    await this.#stable[Symbol.asyncDispose]()
  }
}
