import type { Heartbeat } from '#platform/contracts/topics/playback.heartbeats.ts'

/** How playing went, over a set of heartbeats. */
export type Quality = {
  readonly sessions: number
  readonly heartbeats: number
  /** Share of watching time spent waiting, 0 to 1. */
  readonly rebufferShare: number
  readonly startupMsMedian: number | null
  readonly bitrateKbpsMean: number | null
}

const heartbeatMs = 10_000

const median = (values: readonly number[]): number | null => {
  const sorted = values.toSorted((a, b) => a - b)
  const [one, other] = sorted.slice(Math.ceil(sorted.length / 2) - 1, Math.floor(sorted.length / 2) + 1)
  return one === undefined ? null : Math.round((one + (other ?? one)) / 2)
}

/** Adds heartbeats up, one after another. */
export class QualityTally {
  readonly #sessions = new Set<string>()
  readonly #startupsMs: number[] = []
  #heartbeats = 0
  #playing = 0
  #rebufferMs = 0
  #bitrates = { sum: 0, count: 0 }
  add({ sessionId, state, startupMs, rebufferMs = 0, bitrateKbps }: Heartbeat): void {
    this.#sessions.add(sessionId)
    this.#heartbeats += 1
    this.#rebufferMs += rebufferMs
    if (state === 'playing') this.#playing += 1
    if (startupMs !== undefined) this.#startupsMs.push(startupMs)
    if (state === 'playing' && bitrateKbps !== undefined)
      this.#bitrates = { sum: this.#bitrates.sum + bitrateKbps, count: this.#bitrates.count + 1 }
  }
  quality(): Quality {
    const watchedMs = this.#playing * heartbeatMs
    const { sum, count } = this.#bitrates
    return {
      sessions: this.#sessions.size,
      heartbeats: this.#heartbeats,
      rebufferShare: watchedMs + this.#rebufferMs === 0 ? 0 : this.#rebufferMs / (watchedMs + this.#rebufferMs),
      startupMsMedian: median(this.#startupsMs),
      bitrateKbpsMean: count === 0 ? null : Math.round(sum / count),
    }
  }
}

/** Quality of a set of heartbeats. */
export const qualityOf = (beats: readonly Heartbeat[]): Quality => {
  const tally = new QualityTally()
  for (const beat of beats) tally.add(beat)
  return tally.quality()
}
