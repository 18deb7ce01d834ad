import { readingBounds } from './bounds.ts'
import { asFilmDecoded, list } from './ffmpeg.ts'
import type { Plan } from './plan.ts'
import type { Source } from './probe.ts'
import type { FrameTimes, Timeline } from './timeline.ts'

/** A part of the picture that is encoded by itself: frames of the stream from `from` up to `to`, without that one. */
export type Chunk = {
  readonly from: number
  readonly to: number
  /** Where in the source decoding begins, in seconds from its beginning; 0 is there. */
  readonly seekSeconds: number
}

/** Some 16 s of film, or a part in 240: what a worker that is killed loses. */
const segmentsPerChunkMin = 4
/** Of long films the parts are longer: each has its own beginning of an encoder, and its objects. */
const chunksMax = 240
/** Decoding begins so much before the first frame that is wanted: filters look at the frames around one. */
const leadSeconds = 1
const landingCpuSeconds = 30
const toleranceSeconds = 0.002
const exact = ['-vsync', 'passthrough', '-enc_time_base', '1:1000000']

type Cut = { readonly timeline: Timeline; readonly plan: Plan; readonly times: FrameTimes }

/** Whole segments of the stream, each with the last key frame from which all of it can be decoded. */
const cut = ({ timeline, plan, times }: Cut): readonly Chunk[] => {
  const { frames, framesPerSecond, startSeconds, delayFrames } = timeline
  const segments = Math.ceil(frames / plan.framesPerSegment)
  const size = Math.max(segmentsPerChunkMin, Math.ceil(segments / chunksMax)) * plan.framesPerSegment
  return Array.from({ length: Math.ceil(frames / size) }, (_, at) => {
    const from = at * size
    // NOTE: the frame that is shown then may be a long one that began earlier.
    const shownAt = startSeconds + (from + 0.5) / framesPerSecond
    const begun = from <= delayFrames ? 0 : (lastUpTo(times.starts, shownAt) ?? 0)
    const seekSeconds = lastUpTo(times.keys, begun - leadSeconds) ?? 0
    return { from, to: Math.min(frames, from + size), seekSeconds: Math.max(0, seekSeconds) }
  })
}

/** The last of the numbers, which are in order, that is no larger than `most`. */
const lastUpTo = (numbers: readonly number[], most: number): number | undefined => {
  let [low, high] = [0, numbers.length]
  while (low < high) {
    const middle = Math.floor((low + high) / 2)
    if ((numbers[middle] ?? 0) <= most) low = middle + 1
    else high = middle
  }
  return numbers[low - 1]
}

/**
 * The chunks of a film. One chunk is all of it where the decoder cannot be sent to an instant for certain: containers without
 * an index, times that jump, and where a trial lands elsewhere than on a key frame that is known.
 */
export const planChunks = async (source: Source, film: Cut, signal: AbortSignal): Promise<readonly Chunk[]> => {
  const { frames, delayFrames } = film.timeline
  const whole = [{ from: 0, to: frames, seekSeconds: 0 }]
  const chunks = cut(film)
  const isSure = source.hasIndex && film.times.isComplete && delayFrames < (chunks[0]?.to ?? 0)
  if (chunks.length < 2 || !isSure) return whole
  for (const at of new Set([1, chunks.length >> 1, chunks.length - 1])) {
    const { seekSeconds } = chunks[at] ?? { seekSeconds: 0 }
    if (seekSeconds === 0) continue
    const landed = await landingOf(source, seekSeconds, signal)
    const key = landed === undefined ? undefined : lastUpTo(film.times.keys, landed + toleranceSeconds)
    if (landed === undefined || key === undefined || Math.abs(key - landed) > toleranceSeconds || key > seekSeconds + toleranceSeconds)
      return whole
  }
  return chunks
}

/** When the first frame is that the decoder gives after it was sent to an instant, in seconds; undefined when it gives none. */
const landingOf = async ({ file, fileBytes, picture }: Source, seekSeconds: number, signal: AbortSignal): Promise<number | undefined> => {
  let landed: number | undefined
  let tick = 0
  const take = (line: string): void => {
    const base = /^#tb 0: (\d+)\/(\d+)/.exec(line)
    if (base !== null) tick = Number(base[1]) / Number(base[2])
    if (!line.startsWith('#')) landed ??= seekSeconds + Number(line.split(',')[2]) * tick
  }
  const input = ['-noaccurate_seek', '-ss', seekText(seekSeconds), ...asFilmDecoded, '-i', file]
  await list([...input, '-map', `0:${picture.index}`, ...exact, '-frames', '1', '-f', 'framecrc', '-'], take, {
    signal,
    bounds: readingBounds(fileBytes, landingCpuSeconds),
  })
  return landed
}

export const seekText = (seconds: number): string => seconds.toFixed(6)

/** The same chunk, decoded from the beginning of the film where its own begins too late in this decoder. */
export const surely = async (source: Source, chunk: Chunk, signal: AbortSignal): Promise<Chunk> => {
  if (chunk.seekSeconds === 0) return chunk
  const landed = await landingOf(source, chunk.seekSeconds, signal)
  return landed !== undefined && landed <= chunk.seekSeconds + toleranceSeconds ? chunk : { ...chunk, seekSeconds: 0 }
}
