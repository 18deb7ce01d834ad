import { join } from 'node:path'
import { encodingBounds } from './bounds.ts'
import type { Chunk } from './chunks.ts'
import { seekText } from './chunks.ts'
import { asFilmUnturned, encode, type Output } from './ffmpeg.ts'
import { rateText } from './frame-rate.ts'
import type { Plan, Rung } from './plan.ts'
import { segmentSeconds } from './plan.ts'
import type { Source } from './probe.ts'
import { type Sound, soundFilter } from './sound.ts'
import type { Timeline } from './timeline.ts'

export type EncodeOptions = { readonly workDir: string; readonly onPercent: (percent: number) => void; readonly signal: AbortSignal }
export type Encoded = {
  readonly video: readonly { readonly rung: Rung; readonly file: string }[]
  readonly audio: readonly { readonly sound: Sound; readonly file: string }[]
}
export type EncodedChunk = Pick<Encoded, 'video'> & {
  /** Frames of the source that could be decoded, where the encoder says so. */
  readonly decodedFrames: number | undefined
}
/** What is encoded: a film, how its time goes, and what becomes of it. */
export type Film = { readonly source: Source; readonly timeline: Timeline; readonly plan: Plan; readonly sounds: readonly Sound[] }

const fragmented = '+empty_moov+default_base_moof+negative_cts_offsets+skip_trailer'
/** NOTE: an encoder's output depends on how many threads it has; so many on every machine. */
const encoderThreads = '2'

/**
 * All rungs of a chunk from one decode, as fragmented MP4 with a closed GOP per fragment that begins at zero: the same bytes
 * wherever and whenever it is made. Throws ENCODE_FAILED and SOURCE_UNREADABLE.
 */
export const encodeChunk = async (film: Film, chunk: Chunk, { workDir, onPercent, signal }: EncodeOptions): Promise<EncodedChunk> => {
  const { source, timeline, plan } = film
  const video = plan.rungs.map((rung) => ({ rung, file: join(workDir, `${rung.name}.mp4`) }))
  const seconds = (chunk.to - chunk.from) / timeline.framesPerSecond
  const seek = chunk.seekSeconds > 0 ? ['-ss', seekText(chunk.seekSeconds)] : []
  const { decodedFrames } = await encode({
    inputs: [{ source: source.file, options: [...seek, ...asFilmUnturned] }],
    filter: pictureFilter(film, chunk),
    outputs: [
      ...video.map(({ file }, at) => videoOutput({ plan, at, file, rate: rateText(timeline.framesPerSecond) })),
      ...alsoRead(
        source,
        timeline.audio.map(({ index }) => index),
      ),
    ],
    bounds: chunkBounds(film, chunk),
    workDir,
    signal,
    onPosition: (position) => onPercent(Math.min(100, (100 * position) / seconds)),
  })
  return { video, decodedFrames }
}

/** NOTE: decoding begins where the chunk does or before, and every frame of the source from there may have to be decoded. */
const chunkBounds = ({ source, timeline, plan }: Film, { from, to, seekSeconds }: Chunk) => {
  const { frames, sourceFrames, framesPerSecond, startSeconds } = timeline
  const begun = Math.max(0, Math.min(from, (seekSeconds - startSeconds) * framesPerSecond))
  return encodingBounds({
    frames: (to - begun) * Math.max(1, sourceFrames / frames),
    pixels: source.width * source.height,
    seconds: (to - from) / framesPerSecond,
    kbps: plan.rungs.reduce((sum, { bitrateKbps }) => sum + bitrateKbps, 0),
    fileBytes: source.fileBytes,
  })
}

const soundBounds = ({ source, timeline: { durationMs }, plan, sounds }: Film) => {
  const seconds = durationMs / 1_000
  // NOTE: a second of sound counts as some frames without a picture.
  return encodingBounds({
    frames: 20 * seconds * sounds.length,
    pixels: 0,
    seconds,
    kbps: sounds.length * plan.audioKbps,
    fileBytes: source.fileBytes,
  })
}

/** All sound of a film, each in one piece: an encoder of sound begins with a run-up, which is cut once. */
export const encodeSounds = async (film: Film, { workDir, onPercent, signal }: EncodeOptions): Promise<Encoded['audio']> => {
  const { source, timeline, plan, sounds } = film
  const audio = sounds.map((sound) => ({ sound, file: join(workDir, `${sound.name}.mp4`) }))
  await encode({
    inputs: [{ source: source.file, options: asFilmUnturned }],
    filter: sounds.map((sound) => soundFilter(sound, timeline)).join(';'),
    outputs: [...audio.map(({ sound, file }) => audioOutput(sound, plan.audioKbps, file)), ...alsoRead(source, [source.picture.index])],
    bounds: soundBounds(film),
    workDir,
    signal,
    onPosition: (seconds) => onPercent(Math.min(100, (100_000 * seconds) / timeline.durationMs)),
  })
  return audio
}

/**
 * What makes the encoder read tracks, and drop them. NOTE: in containers whose times may jump, such as transport streams, it
 * counts time from the first packet of those tracks that it reads; picture and sound must both be among them, as when the film
 * was measured.
 */
const alsoRead = ({ hasIndex }: Source, indexes: readonly number[]): readonly Output[] =>
  hasIndex || indexes.length === 0
    ? []
    : [{ file: 'none', options: [...indexes.flatMap((index) => ['-map', `0:${index}`]), '-c', 'copy', '-f', 'null'] }]

/** Every frame of the chunk when it is due, upright and in the colours of the stream. */
const pictureFilter = ({ source: { picture }, timeline, plan: { rungs } }: Film, { from, to, seekSeconds }: Chunk): string => {
  const { startSeconds, delayFrames, framesPerSecond, frames, isPictureShort } = timeline
  const pictureAt = startSeconds + delayFrames / framesPerSecond - seekSeconds
  // NOTE: counted from where decoding begins, and less than a frame early: the end of a source is not moved along with its
  // frames, and a filter would drop those behind it.
  const skipped = seekSeconds > 0 ? Math.ceil(-pictureAt * framesPerSecond - 1e-6) : 0
  const shift = pictureAt + skipped / framesPerSecond
  const first = Math.max(0, from - delayFrames) - skipped
  const black = Math.max(0, delayFrames - from)
  const timed = [
    `setpts=PTS-(${shift.toFixed(6)})/TB`,
    ...picture.deinterlace,
    `fps=fps=${rateText(framesPerSecond)}:start_time=${(first / framesPerSecond).toFixed(6)}:round=near`,
    ...picture.convert,
    // NOTE: black until the first frame, the last one to the end; also where the picture is not short by its packets; frames that could not be decoded may be missing at its end.
    `tpad=start=${black}:stop_mode=clone:stop_duration=${isPictureShort ? Math.ceil(frames / framesPerSecond) + 1 : 2}`,
    `trim=end_frame=${to - from}`,
    'setpts=PTS-STARTPTS',
  ]
  const outs = rungs.map((_, at) => `[s${at}]`).join('')
  const scales = rungs.map(({ width, height }, at) => `[s${at}]scale=${width}:${height}:flags=bicubic,setsar=1[v${at}]`)
  return [`[0:${picture.index}]${timed.join(',')},split=${rungs.length}${outs}`, ...scales].join(';')
}

const bt709 = ['-colorspace', 'bt709', '-color_primaries', 'bt709', '-color_trc', 'bt709', '-color_range', 'tv']

type VideoOutput = { readonly plan: Plan; readonly at: number; readonly file: string; readonly rate: string }

const videoOutput = ({ plan: { rungs, framesPerGop }, at, file, rate }: VideoOutput): Output => {
  const { bitrateKbps, height } = rungs[at] ?? { bitrateKbps: 0, height: 0 }
  return {
    file,
    options: [
      ...['-map', `[v${at}]`, '-an', '-c:v', 'libx264', '-preset', 'veryfast', '-profile:v', height > 480 ? 'high' : 'main', ...bt709],
      // NOTE: passed on as the filter timed them, or the last frame would be repeated for as long as it lasts in the source.
      ...['-r', rate, '-vsync', 'passthrough', '-threads', encoderThreads],
      ...['-crf', '23', '-maxrate', `${bitrateKbps}k`, '-bufsize', `${2 * bitrateKbps}k`],
      // NOTE: without B-frames; this encoder's muxer would start a stream with them two frames late, against its sound.
      ...['-bf', '0'],
      // Every GOP is closed and equally long in every rung, so that a player may change rungs at any segment.
      ...['-g', `${framesPerGop}`, '-keyint_min', `${framesPerGop}`, '-sc_threshold', '0', '-flags', '+cgop'],
      ...['-map_metadata', '-1', '-movflags', `${fragmented}+frag_keyframe`, '-f', 'mp4'],
    ],
  }
}

const audioOutput = ({ name }: Sound, kbps: number, file: string): Output => ({
  file,
  options: [
    ...['-map', `[${name}]`, '-vn', '-c:a', 'aac', '-b:a', `${kbps}k`],
    ...['-map_metadata', '-1', '-movflags', fragmented, '-frag_duration', `${segmentSeconds * 1_000_000}`, '-f', 'mp4'],
  ],
})
