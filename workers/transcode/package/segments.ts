import { createReadStream } from 'node:fs'
import type { ObjectBody } from '#platform/ports/object-store.ts'
import type { Fragment, Track } from './fragments.ts'

/** One object of a rendition. Times are in seconds; `read` opens its bytes, which are in no memory before. */
export type Segment = {
  readonly name: string
  readonly start: number
  readonly duration: number
  readonly bytes: number
  /** The pictures in it that need no other: where each begins and ends, in bytes from its beginning, and how long it stands. */
  readonly keys: readonly { readonly start: number; readonly end: number; readonly duration: number }[]
  readonly read: () => ObjectBody
}
export type Rendition = {
  readonly name: string
  readonly codec: string
  readonly init: Buffer
  readonly timescale: number
  readonly segments: readonly Segment[]
}

/** Fragments gathered into segments of at least `seconds`; the last may be shorter. */
export const cutSegments = (name: string, { file, fragments, timescale, codec, init }: Track, seconds: number): Rendition => {
  const groups: Fragment[][] = []
  for (const fragment of fragments) {
    const open = groups.at(-1)
    // NOTE: an eighth of tolerance, or rates whose groups of pictures last a little less than planned would put a group too many into each.
    if (open === undefined || durationOf(open) / timescale >= seconds * 0.875) groups.push([fragment])
    else open.push(fragment)
  }
  const segments = groups.map((group, at) => {
    const [start, end] = [group[0]?.start ?? 0, group.at(-1)?.end ?? 0]
    return {
      name: `${name}/${String(at + 1).padStart(5, '0')}.m4s`,
      start: (group[0]?.decodeTime ?? 0) / timescale,
      duration: durationOf(group) / timescale,
      bytes: end - start,
      keys: group.map((each) => ({ start: each.start - start, end: each.keyEnd - start, duration: each.duration / timescale })),
      read: () => createReadStream(file, { start, end: end - 1 }),
    }
  })
  return { name, codec, init, timescale, segments }
}

const durationOf = (fragments: readonly Fragment[]): number => fragments.reduce((sum, fragment) => sum + fragment.duration, 0)

export const secondsOf = ({ segments }: Rendition): number => segments.reduce((sum, segment) => sum + segment.duration, 0)
