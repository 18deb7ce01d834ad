import { join } from 'node:path'
import { CinegraphError } from '#platform/errors/errors.ts'
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
/** What is encoded: a film, how its time goes, and what becomes of it. */
export type Film = { readonly source: Source; readonly timeline: Timeline; readonly plan: Plan; readonly sounds: readonly Sound[] }

const fragmented = '+empty_moov+default_base_moof+negative_cts_offsets+skip_trailer'
/** Of a source that is worth showing, the encoder can decode more than this share; two packets may hold the fields of one frame. */
const decodedShareMin = 0.45

/** All rungs and all sound from one decode, as fragmented MP4 with a closed GOP per fragment. Throws ENCODE_FAILED and SOURCE_UNREADABLE. */
export const encodeLadder = async (film: Film, { workDir, onPercent, signal }: EncodeOptions): Promise<Encoded> => {
  const { source, timeline, plan, sounds } = film
  const video = plan.rungs.map((rung) => ({ rung, file: join(workDir, `${rung.name}.mp4`) }))
  const audio = sounds.map((sound) => ({ sound, file: join(workDir, `${sound.name}.mp4`) }))
  const { decodedFrames = timeline.sourceFrames } = await encode({
    inputs: [{ source: source.file, options: asFilmUnturned }],
    filter: [pictureFilter(film), ...sounds.map((sound) => soundFilter(sound, timeline))].join(';'),
    outputs: [
      ...video.map(({ file }, at) => videoOutput({ plan, at, file, rate: rateText(timeline.framesPerSecond) })),
      ...audio.map(({ sound, file }) => audioOutput(sound, plan.audioKbps, file)),
    ],
    workDir,
    signal,
    onPosition: (seconds) => onPercent(Math.min(100, (100_000 * seconds) / timeline.durationMs)),
  })
  if (decodedFrames < decodedShareMin * timeline.sourceFrames)
    throw new CinegraphError('SOURCE_UNREADABLE', { why: `only ${decodedFrames} of its ${timeline.sourceFrames} frames can be decoded` })
  return { video, audio }
}

/** Every frame when it is due, from the first instant to the last, upright and in the colours of the stream. */
const pictureFilter = ({ source: { picture }, timeline, plan: { rungs } }: Film): string => {
  const { startSeconds, delayFrames, framesPerSecond, frames, isPictureShort } = timeline
  const timed = [
    `setpts=PTS-${(startSeconds + delayFrames / framesPerSecond).toFixed(6)}/TB`,
    ...picture.deinterlace,
    `fps=fps=${rateText(framesPerSecond)}:start_time=0:round=near`,
    ...picture.convert,
    // NOTE: black until the first frame, the last one to the end; also where the picture is not short by its packets; frames that could not be decoded may be missing at its end.
    `tpad=start=${delayFrames}:stop_mode=clone:stop_duration=${isPictureShort ? Math.ceil(frames / framesPerSecond) + 1 : 2}`,
    `trim=end_frame=${frames}`,
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
      ...['-r', rate, '-vsync', 'passthrough'],
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
