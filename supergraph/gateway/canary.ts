import type { IncomingHttpHeaders } from 'node:http'
import type { Answered } from '../engine/answered.ts'
import { areCallersFaults } from './callers-fault.ts'
import type { Gateway } from './gateway.ts'
import { type CanarySettings, Trial, type Verdict } from './trial.ts'
import { Versions } from './versions.ts'

/** Serves one version to most callers and, while a canary is out, another one to some. */
export class Serving implements AsyncDisposable {
  readonly #stable: Versions
  readonly #onEnd: (verdict: Verdict) => void
  #canary: { readonly versions: Versions; readonly trial: Trial } | undefined
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
  /** Sends a share of callers to a new version. It goes back by itself. */
  async release(next: Gateway, settings: CanarySettings): Promise<void> {
    await this.#end()
    const trial = new Trial(settings, 'canary', (verdict) => {
      void this.#end()
      this.#onEnd(verdict)
    })
    this.#canary = { versions: new Versions(next), trial }
  }
  replace(next: Gateway): void {
    this.#stable.replace(next)
  }
  async use(incoming: { readonly headers: IncomingHttpHeaders }, work: (gateway: Gateway) => Promise<Answered>): Promise<Answered> {
    const canary = this.#canary
    if (canary === undefined) return this.#stable.use(work)
    const isChosen = canary.trial.chooses(incoming.headers)
    const began = performance.now()
    const answer = await (isChosen ? canary.versions : this.#stable).use(work)
    const note = (isFailed: boolean): void => canary.trial.note(isChosen, performance.now() - began, isFailed)
    if (answer.isExecuted) {
      if (!answer.hasErrors || !areCallersFaults(answer.value().errors)) note(answer.hasErrors)
      return answer
    }
    if (!isChosen) return answer
    // NOTE: nothing has been executed, so that it may be asked again; what the old version answers was no fault of the caller.
    const other = await this.#stable.use(work)
    if (other.isExecuted) note(true)
    return other
  }
  stream<T>(work: (gateway: Gateway) => AsyncIterable<T>): AsyncIterable<T> {
    return this.#stable.stream(work)
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
