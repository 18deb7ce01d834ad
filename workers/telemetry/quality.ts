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
const sum = (values: readonly number[]): number => values.reduce((total, value) => total + value, 0)

const median = (values: readonly number[]): number | null => {
  const sorted = values.toSorted((a, b) => a - b)
  const middle = sorted.slice(Math.ceil(sorted.length / 2) - 1, Math.floor(sorted.length / 2) + 1)
  return middle.length === 0 ? null : Math.round(sum(middle) / middle.length)
}

export const qualityOf = (beats: readonly Heartbeat[]): Quality => {
  const playing = beats.filter((beat) => beat.state === 'playing')
  const rebufferMs = sum(beats.map((beat) => beat.rebufferMs ?? 0))
  const watchedMs = playing.length * heartbeatMs
  const bitrates = playing.flatMap((beat) => beat.bitrateKbps ?? [])
  return {
    sessions: new Set(beats.map((beat) => beat.sessionId)).size,
    heartbeats: beats.length,
    rebufferShare: watchedMs + rebufferMs === 0 ? 0 : rebufferMs / (watchedMs + rebufferMs),
    startupMsMedian: median(beats.flatMap((beat) => beat.startupMs ?? [])),
    bitrateKbpsMean: bitrates.length === 0 ? null : Math.round(sum(bitrates) / bitrates.length),
  }
}
