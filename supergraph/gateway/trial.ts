import type { IncomingHttpHeaders } from 'node:http'
import { percentOf } from './claims.ts'

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
class DecayingWindow {
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

/** A new version that some callers get, always the same ones, until it is seen to do worse than the old one. */
export class Trial {
  readonly #settings: CanarySettings
  readonly #salt: string
  readonly #onEnd: (verdict: Verdict) => void
  readonly #own = new DecayingWindow()
  readonly #others = new DecayingWindow()
  #isOver = false
  constructor(settings: CanarySettings, salt: string, onEnd: (verdict: Verdict) => void) {
    this.#settings = settings
    this.#salt = salt
    this.#onEnd = onEnd
  }
  chooses(headers: IncomingHttpHeaders): boolean {
    return !this.#isOver && percentOf(headers, this.#salt) < this.#settings.percent
  }
  note(isChosen: boolean, ms: number, isFailed: boolean): void {
    ;(isChosen ? this.#own : this.#others).note(ms, isFailed)
    if (!isChosen || this.#isOver) return
    const [canary, stable] = [this.#own.figures, this.#others.figures]
    const why = judge(canary, stable, this.#settings)
    if (why === undefined) return
    this.#isOver = true
    this.#onEnd({ why, canary, stable })
  }
}
