import { checkFilmLength } from '#platform/contracts/ladder.ts'
import { CinegraphError } from '#platform/errors/errors.ts'
import { readingBounds } from './bounds.ts'
import { lacksItsEnd } from './cut-off.ts'
import { asFilm, asFilmDecoded, list } from './ffmpeg.ts'
import { frameRateOf } from './frame-rate.ts'
import type { AudioTrack, Source } from './probe.ts'

/** When a film begins and ends, found out from every packet of it; containers err, and cut files say nothing. */
export type Timeline = {
  /** Where the stream begins on the source's own time line: with its first frame, or with sound that comes before it. */
  readonly startSeconds: number
  /** How many frames later the picture begins. */
  readonly delayFrames: number
  /** Whether the picture ends before the sound does, so that its last frame stays. */
  readonly isPictureShort: boolean
  readonly framesPerSecond: number
  readonly frames: number
  readonly durationMs: number
  /** Frames of the source, by its packets. */
  readonly sourceFrames: number
  /** Tracks of sound that can be decoded. */
  readonly audio: readonly AudioTrack[]
}

/** When frames are shown in the source, in seconds and in order: all of them, and those that need no other. */
export type FrameTimes = {
  readonly starts: readonly number[]
  readonly keys: readonly number[]
  /** Whether every packet says when it is shown, after all that were shown before its group. */
  readonly isComplete: boolean
}

/** Sound that goes on, or begins, so much beside the picture is the padding of its codec, not a part of the film. */
const paddingSeconds = 0.1
const trialCpuSeconds = 20
const scanCpuSeconds = 60

/** Throws SOURCE_UNREADABLE for a film without frames, one that was cut off and one that cannot be decoded, SOURCE_TOO_LARGE for one without end. */
export const measure = async (source: Source, signal: AbortSignal): Promise<Timeline & { readonly times: FrameTimes }> => {
  const audio: AudioTrack[] = []
  for (const track of source.audio) if (await canDecode(source, track.index, signal)) audio.push(track)
  const { packets, errors } = await readPackets(source, [source.picture.index, ...audio.map(({ index }) => index)], signal)
  const end = Math.max(0, ...packets.map((track) => track.end))
  refuseCut(source, end, (await lacksItsEnd(source.file)) || /partial file/.test(errors))
  const [picture, ...sounds] = packets
  if (picture === undefined || picture.starts.length === 0) throw new CinegraphError('SOURCE_UNREADABLE', { why: 'it holds no frame' })
  refuseStretch(source, picture, end)
  if (!(await canDecode(source, source.picture.index, signal)))
    throw new CinegraphError('SOURCE_UNREADABLE', {
      why: 'its picture cannot be decoded: its codec is not known here, or it is encrypted or damaged',
    })
  return { ...laidOut(source, picture, sounds), sourceFrames: picture.starts.length, audio, times: timesOf(picture) }
}

const laidOut = (source: Source, picture: Packets, sounds: readonly Packets[]): Omit<Timeline, 'sourceFrames' | 'audio'> => {
  const starts = instantsOf(picture)
  const framesPerSecond = frameRateOf(starts, [source.framesPerSecond])
  const first = firstOf(starts, framesPerSecond)
  const lead = first - Math.min(first, ...sounds.map(({ start }) => Math.max(0, start)))
  // NOTE: whole frames, so that those of the source stay exactly where they are, and so does the sound beside them.
  const delayFrames = lead <= paddingSeconds ? 0 : Math.ceil(lead * framesPerSecond - 1e-6)
  const startSeconds = first - delayFrames / framesPerSecond
  const last = starts.at(-1) ?? first
  // NOTE: some containers give no durations.
  const pictureEnd = (picture.end > last ? picture.end : last + 1 / framesPerSecond) - startSeconds
  const soundEnd = Math.max(0, ...sounds.map(({ end }) => end)) - startSeconds
  const isPictureShort = soundEnd > pictureEnd + paddingSeconds
  const seconds = isPictureShort ? soundEnd : pictureEnd
  const frames = Math.max(1, isPictureShort ? Math.ceil(seconds * framesPerSecond - 1e-3) : Math.round(seconds * framesPerSecond))
  const durationMs = Math.max(1, Math.round((1_000 * frames) / framesPerSecond))
  return { startSeconds, delayFrames, isPictureShort, framesPerSecond, frames, durationMs }
}

const timesOf = ({ starts, keys }: Packets): FrameTimes => ({
  starts: starts.toSorted((one, other) => one - other),
  keys,
  isComplete: !starts.some(Number.isNaN) && keys.every((key, at) => key > (keys[at - 1] ?? -1)),
})

/** When each frame is shown, in order. NOTE: where some packets do not say, their order of decoding does, which begins earlier. */
const instantsOf = ({ starts, decodes }: Packets): readonly number[] => {
  const inOrder = (times: readonly number[]) => times.toSorted((one, other) => one - other)
  const shown = inOrder(starts.filter((start) => !Number.isNaN(start)))
  if (shown.length === starts.length) return shown
  const decoded = inOrder(decodes)
  const delay = (shown[0] ?? decoded[0] ?? 0) - (decoded[0] ?? 0)
  return decoded.map((time) => time + delay)
}

/**
 * Where the frames' own time begins: with the first of them, unless it alone stands beside the steps of all others, as muxers
 * put it to make room for their sound.
 */
const firstOf = (starts: readonly number[], framesPerSecond: number): number => {
  const [first = 0] = starts
  const offsets = starts.slice(0, 500).map((start, at) => start - at / framesPerSecond)
  const usual = offsets.toSorted((one, other) => one - other)[Math.floor(offsets.length / 2)] ?? first
  const isAlone = offsets.slice(1).every((offset) => Math.abs(offset - usual) < 0.2 / framesPerSecond)
  return isAlone && Math.abs(usual - first) < 1 / framesPerSecond ? usual : first
}

/** Packets of one track, in seconds; an instant that a packet does not say is NaN. */
type Packets = { readonly starts: number[]; readonly decodes: number[]; readonly keys: number[]; start: number; end: number }

/**
 * Every packet, as the encoder will read it: it takes the first instant of a file as zero and joins times that jump.
 * NOTE: `-copyinkf`, or frames before the first key frame would not be seen.
 */
const readPackets = async (source: Source, indexes: readonly number[], signal: AbortSignal) => {
  const packets: Packets[] = indexes.map(() => ({ starts: [], decodes: [], keys: [], start: Number.POSITIVE_INFINITY, end: 0 }))
  const ticks: number[] = []
  const crowd = new AbortController()
  const take = (line: string): void => {
    const base = /^#tb (\d+): (\d+)\/(\d+)/.exec(line)
    if (base !== null) ticks[Number(base[1])] = Number(base[2]) / Number(base[3])
    if (line.startsWith('#')) return
    const [stream = 0, dts = 0, pts = 0, duration = 0] = line.split(',', 4).map(Number)
    const track = packets[stream]
    const tick = ticks[stream] ?? 0
    const isUntimed = pts < -1e17
    const start = (isUntimed ? dts : pts) * tick
    const end = start + Math.max(0, duration) * tick
    if (track === undefined || end < 0 || (start < 0 && duration === 0)) return
    track.start = Math.min(track.start, start)
    track.end = Math.max(track.end, end)
    if (stream > 0 || start < -0.001) return
    if (track.starts.length === framesMax) crowd.abort(new CinegraphError('SOURCE_UNREADABLE', { why: 'it has more frames than any film' }))
    track.starts.push(isUntimed ? Number.NaN : start)
    track.decodes.push(dts * tick)
    if (!line.includes(', F=0x')) track.keys.push(start)
  }
  const maps = indexes.flatMap((index) => ['-map', `0:${index}`])
  const options = [...asFilm, '-i', source.file, ...maps, '-c', 'copy', '-f', 'framecrc', '-']
  const { errors } = await list(options, take, {
    signal: AbortSignal.any([signal, crowd.signal]),
    bounds: readingBounds(source.fileBytes, scanCpuSeconds),
  })
  return { packets, errors }
}

/** Whether a track gives at least one frame. */
const canDecode = async ({ file, fileBytes }: Source, index: number, signal: AbortSignal): Promise<boolean> => {
  let frames = 0
  const options = [...asFilmDecoded, '-i', file, '-map', `0:${index}`, '-frames', '1', '-f', 'framecrc', '-']
  const count = (line: string): void => {
    if (!line.startsWith('#')) frames += 1
  }
  await list(options, count, { signal, bounds: readingBounds(fileBytes, trialCpuSeconds) })
  return frames > 0
}

/** NOTE: a container may hold more than it says; it is cut when it holds less. */
const refuseCut = ({ declaredSeconds }: Source, end: number, isCut: boolean): void => {
  const refuse = (why: string): never => {
    throw new CinegraphError('SOURCE_UNREADABLE', { why })
  }
  checkFilmLength(end * 1_000)
  if (declaredSeconds !== undefined && declaredSeconds > end + Math.min(2, 0.1 + declaredSeconds * 0.05))
    refuse(`it was cut off: it ends after ${end.toFixed(1)} of its ${declaredSeconds.toFixed(1)} seconds`)
  if (isCut) refuse(`it was cut off: it ends after ${end.toFixed(1)} seconds`)
}

/** A day of 120 frames a second. */
const framesMax = 10_368_000
const rateMax = 1_000
const stretchSeconds = 600
const bytesPerSecondMin = 100

/**
 * Refuses what would be made into far more than it holds: a few frames that are to be shown for hours, and frames nobody could
 * see. NOTE: a still under a quiet sound, the least that a film is, has more bytes a second.
 */
const refuseStretch = ({ fileBytes }: Source, { starts, start, end }: Packets, filmEnd: number): void => {
  const refuse = (why: string): never => {
    throw new CinegraphError('SOURCE_UNREADABLE', { why })
  }
  if (filmEnd > stretchSeconds + fileBytes / bytesPerSecondMin)
    refuse(`it says that it lasts ${(filmEnd / 3_600).toFixed(1)} hours, and holds only ${Math.ceil(fileBytes / 1_000)} kB of film`)
  const seconds = end - start
  if (seconds > 0.01 && starts.length > rateMax * (seconds + 0.1))
    refuse(`it has ${Math.round(starts.length / seconds)} frames a second, and at most ${rateMax} are taken`)
}
