import { audioKbps, type LadderRung, ladderFor } from '#platform/contracts/ladder.ts'

export type Rung = LadderRung & { readonly name: string; readonly width: number }
export type Plan = {
  readonly rungs: readonly Rung[]
  readonly framesPerGop: number
  readonly framesPerSegment: number
  readonly audioKbps: number
}

export const segmentSeconds = 4

const even = (value: number): number => Math.max(2, 2 * Math.round(value / 2))

/** Frames of a group of pictures: two of them make a segment where it has an even number of frames, else one does. */
const gopOf = (framesPerSegment: number): number => (framesPerSegment % 2 === 0 ? framesPerSegment / 2 : framesPerSegment)

/** The renditions to make of a source, each with its size, and how they are cut. */
export const planLadder = (source: { readonly width: number; readonly height: number; readonly framesPerSecond: number }): Plan => {
  const { width, height, framesPerSecond } = source
  const rungs = ladderFor(height).map((rung) => ({ ...rung, name: `v${rung.height}`, width: even((width * rung.height) / height) }))
  const framesPerSegment = Math.max(1, Math.round(segmentSeconds * framesPerSecond))
  return { rungs, framesPerGop: gopOf(framesPerSegment), framesPerSegment, audioKbps }
}
