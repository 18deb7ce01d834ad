import { audioKbps, type LadderRung, ladderFor } from '#platform/contracts/ladder.ts'
import type { Source } from './probe.ts'

export type Rung = LadderRung & { readonly name: string; readonly width: number }
export type Plan = { readonly rungs: readonly Rung[]; readonly framesPerGop: number; readonly audioKbps: number }

export const gopSeconds = 2
export const segmentSeconds = 4

const even = (value: number): number => 2 * Math.round(value / 2)

/** The renditions to make of a source, each with its size, and how they are cut. */
export const planLadder = ({ width, height, framesPerSecond }: Source): Plan => {
  const rungs = ladderFor(height).map((rung) => ({ ...rung, name: `v${rung.height}`, width: even((width * rung.height) / height) }))
  return { rungs, framesPerGop: Math.round(framesPerSecond * gopSeconds), audioKbps }
}
