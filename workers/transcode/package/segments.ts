import type { Fragment, Track } from './fragments.ts'

/** One file of a rendition. Times are in seconds. */
export type Segment = { readonly name: string; readonly start: number; readonly duration: number; readonly bytes: Buffer }
export type Rendition = {
  readonly name: string
  readonly codec: string
  readonly init: Buffer
  readonly timescale: number
  readonly segments: readonly Segment[]
}

/** Whole fragments gathered into segments of at least `seconds`; the last may be shorter. */
export const cutSegments = (name: string, { fragments, timescale, codec, init }: Track, seconds: number): Rendition => {
  const groups: Fragment[][] = []
  for (const fragment of fragments) {
    const open = groups.at(-1)
    // NOTE: half a frame of tolerance, or rates such as 29.97 would put every other GOP into the wrong segment.
    if (open === undefined || durationOf(open) / timescale >= seconds - 0.02) groups.push([fragment])
    else open.push(fragment)
  }
  const segments = groups.map((group, at) => ({
    name: `${name}/${String(at + 1).padStart(5, '0')}.m4s`,
    start: (group[0]?.decodeTime ?? 0) / timescale,
    duration: durationOf(group) / timescale,
    bytes: Buffer.concat(group.map((fragment) => fragment.bytes)),
  }))
  return { name, codec, init, timescale, segments }
}

const durationOf = (fragments: readonly Fragment[]): number => fragments.reduce((sum, fragment) => sum + fragment.duration, 0)

export const secondsOf = ({ segments }: Rendition): number => segments.reduce((sum, segment) => sum + segment.duration, 0)

/** Bits per second: the highest of any segment, and over all of them. */
export const bandwidthOf = (rendition: Rendition): { readonly peak: number; readonly average: number } => {
  const bits = rendition.segments.map((segment) => 8 * segment.bytes.length)
  const rates = rendition.segments.map((segment, at) => (bits[at] ?? 0) / segment.duration)
  return { peak: Math.ceil(Math.max(...rates)), average: Math.ceil(bits.reduce((sum, each) => sum + each, 0) / secondsOf(rendition)) }
}
