import type { Source } from './probe.ts'

/** One rung of the ladder. `bitrateKbps` is a ceiling: what a simple picture does not need is not spent. */
export type Rung = { readonly name: string; readonly width: number; readonly height: number; readonly bitrateKbps: number }
export type Plan = { readonly rungs: readonly Rung[]; readonly framesPerGop: number; readonly audioKbps: number }

export const gopSeconds = 2
export const segmentSeconds = 4

const ladder = [
  { height: 240, bitrateKbps: 400 },
  { height: 480, bitrateKbps: 1_400 },
  { height: 720, bitrateKbps: 2_800 },
  { height: 1080, bitrateKbps: 5_000 },
  { height: 2160, bitrateKbps: 14_000 },
] as const

const even = (value: number): number => 2 * Math.round(value / 2)

/** Between rungs the bits follow the picture's area to the power 0.75 (the "power rule" of encoding practice). */
const bitrateFor = (height: number): number => Math.round(5_000 * (height / 1080) ** 1.5)

/** The rungs to make of a source: those of the ladder that do not enlarge it, and its own size when none comes near. */
export const planLadder = ({ width, height, framesPerSecond }: Source): Plan => {
  const fitting = ladder.filter((rung) => rung.height <= height)
  const top = fitting.at(-1)
  const own = top === undefined || top.height < height * 0.8 ? [{ height: even(height - 0.5), bitrateKbps: bitrateFor(height) }] : []
  const rungs = [...fitting, ...own].map((rung) => ({ ...rung, name: `v${rung.height}`, width: even((width * rung.height) / height) }))
  return { rungs, framesPerGop: Math.round(framesPerSecond * gopSeconds), audioKbps: 128 }
}
