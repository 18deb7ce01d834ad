import { zstdCompressSync, zstdDecompressSync } from 'node:zlib'
import { sittingKey } from '../last-write.ts'
import type { Viewing, ViewingPlace } from '../store.ts'
import { filterOf } from './session-filter.ts'

/** What the index knows of a chunk. `newest` and `oldest` are places in the order of the history. */
export type ChunkInfo = {
  readonly id: string
  readonly count: number
  readonly newest: Place
  readonly oldest: Place
  /** Which sessions may be in it. */
  readonly filter: string
}
/** Where a view stands in the order of the history. */
export type Place = readonly [lastAtMs: number, sitting: string]

/** A chunk is one column of one row: small enough that a page of the history costs little. */
const chunkMax = { views: 500, bytes: 65_536 }
const format = 1

/** NOTE: indexes of earlier versions hold places without a title, which stand behind every title of their session. */
export const placeOfViewing = (place: ViewingPlace): Place => [place.lastAt.getTime(), sittingKey(place)]
/** Negative when `a` comes before `b`: newest first, and of those at one instant by descending session id, then title id. */
export const comparePlaces = (a: Place, b: Place): number => b[0] - a[0] || Buffer.compare(Buffer.from(b[1]), Buffer.from(a[1]))
export const newestFirst = (a: ViewingPlace, b: ViewingPlace): number => comparePlaces(placeOfViewing(a), placeOfViewing(b))

type Columns = {
  readonly sessions: readonly string[]
  readonly titles: readonly string[]
  readonly lengthsMs: readonly number[]
  readonly lastsMs: readonly number[]
  readonly positionsMs: readonly number[]
  readonly durationsMs: readonly number[]
}

/** Columns rather than rows, and instants as differences to the one before: what is alike stands together, which compresses. */
const columnsOf = (views: readonly Viewing[]): Columns => ({
  sessions: views.map(({ sessionId }) => sessionId),
  titles: views.map(({ titleId }) => titleId),
  lengthsMs: views.map(({ startedAt, lastAt }) => lastAt.getTime() - startedAt.getTime()),
  lastsMs: views.map(({ lastAt }, at) => lastAt.getTime() - (views[at - 1]?.lastAt.getTime() ?? 0)),
  positionsMs: views.map(({ positionMs }) => positionMs),
  durationsMs: views.map(({ durationMs }) => durationMs),
})

/** Views of one profile as bytes: a format number, then zstd over the JSON of their columns. */
export const encodeChunk = (views: readonly Viewing[]): Buffer =>
  Buffer.concat([Buffer.of(format), zstdCompressSync(JSON.stringify(columnsOf(views)))])

/** Throws for bytes of a format that this version does not know. */
export const decodeChunk = (profileId: string, bytes: Buffer): readonly Viewing[] => {
  if (bytes[0] !== format) throw new Error(`a chunk of the history has the format ${bytes[0]}, and this version reads ${format}`)
  const columns = JSON.parse(zstdDecompressSync(bytes.subarray(1)).toString('utf8')) as Columns
  let lastMs = 0
  return columns.sessions.map((sessionId, at) => {
    lastMs += columns.lastsMs[at] ?? 0
    return {
      profileId,
      sessionId,
      titleId: columns.titles[at] ?? '',
      startedAt: new Date(lastMs - (columns.lengthsMs[at] ?? 0)),
      lastAt: new Date(lastMs),
      positionMs: columns.positionsMs[at] ?? 0,
      durationMs: columns.durationsMs[at] ?? 0,
    }
  })
}

const bytesOf = ({ sessionId, titleId }: Viewing): number => sessionId.length + titleId.length + 40

/** Splits views, which are in their order, by number and by size. What does not fill a chunk stands first, where more will come. */
export const splitViews = (views: readonly Viewing[]): readonly (readonly Viewing[])[] => {
  const parts: Viewing[][] = []
  let bytes = 0
  for (const view of views.toReversed()) {
    const last = parts.at(-1)
    bytes += bytesOf(view)
    if (last === undefined || last.length >= chunkMax.views || bytes > chunkMax.bytes) {
      parts.push([view])
      bytes = bytesOf(view)
    } else last.push(view)
  }
  return parts.map((part) => part.toReversed()).toReversed()
}

/** Whether a chunk has room for more. */
export const isFull = ({ count }: ChunkInfo): boolean => count >= chunkMax.views

export const infoOf = (id: string, views: readonly Viewing[]): ChunkInfo => {
  const [first, last] = [views[0], views.at(-1)]
  if (first === undefined || last === undefined) throw new TypeError('A chunk holds one view at least')
  const filter = filterOf(views.map(({ sessionId }) => sessionId))
  return { id, count: views.length, newest: placeOfViewing(first), oldest: placeOfViewing(last), filter }
}
