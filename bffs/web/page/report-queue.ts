/** What tells whose a report is, and lets it be sent. */
export type Reporter = { readonly accessToken: string; readonly profile: { readonly id: string } }
/** Gives the sessions of playbacks that play no more. */
export type Report = (beat: object) => Promise<readonly string[]>
/** `status` is null when nobody answered. */
export type Sent = { readonly status: number | null; readonly stopped: readonly string[] }
type QueueDeps<R extends Reporter> = {
  readonly session: () => R | null
  readonly send: (beats: readonly object[], accessToken: string) => Promise<Sent>
  readonly renew: (expired: R) => Promise<boolean>
}

const waitingMax = 100
/** Answers after which the same reports can still be taken. */
const maySendAgain = (status: number | null): boolean => status === null || status >= 500 || [401, 408, 429].includes(status)

/**
 * Reports that could not be sent wait, each with the profile that made it, and go with the next of that profile. Those of a
 * profile that no longer watches are sent once more with its own token, and never with that of another.
 */
export class ReportQueue<R extends Reporter> {
  readonly #deps: QueueDeps<R>
  readonly #waiting = new Map<string, { readonly owner: R; readonly beats: readonly object[] }>()
  constructor(deps: QueueDeps<R>) {
    this.#deps = deps
  }

  /** Begins the reports of one playback, which belong to who is signed in now. */
  begin(): Report {
    let owner = this.#deps.session()
    return async (beat) => {
      const current = this.#deps.session()
      if (current !== null && current.profile.id === owner?.profile.id) owner = current
      return owner === null ? [] : this.#report(owner, beat)
    }
  }

  /** Sends what waits for profiles other than this one, and keeps none of it. */
  async leave(next: R | null): Promise<void> {
    const left = [...this.#waiting.values()].filter(({ owner }) => owner.profile.id !== next?.profile.id)
    for (const { owner } of left) this.#waiting.delete(owner.profile.id)
    await Promise.all(left.map(({ owner, beats }) => this.#deps.send(beats, owner.accessToken)))
  }

  async #report(owner: R, beat: object): Promise<readonly string[]> {
    const { id } = owner.profile
    const beats = [...(this.#waiting.get(id)?.beats ?? []), beat].slice(-waitingMax)
    this.#keep(owner, beats)
    const { status, stopped } = await this.#deps.send(beats, owner.accessToken)
    const isCurrent = this.#deps.session()?.profile.id === id
    const waiting = this.#waiting.get(id)?.beats ?? []
    this.#keep(owner, isCurrent && maySendAgain(status) ? waiting : waiting.filter((each) => !beats.includes(each)))
    if (status === 401 && isCurrent) await this.#deps.renew(owner)
    return stopped
  }

  #keep(owner: R, beats: readonly object[]): void {
    if (beats.length === 0) this.#waiting.delete(owner.profile.id)
    else this.#waiting.set(owner.profile.id, { owner, beats })
  }
}
