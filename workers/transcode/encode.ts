import { join } from 'node:path'
import { asFilm, encode, type Output } from './ffmpeg.ts'
import type { Plan, Rung } from './plan.ts'
import { segmentSeconds } from './plan.ts'
import type { Source } from './probe.ts'

export type EncodeOptions = { readonly workDir: string; readonly onPercent: (percent: number) => void; readonly signal: AbortSignal }
export type Encoded = { readonly video: readonly { readonly rung: Rung; readonly file: string }[]; readonly audio: string }

const fragmented = '+empty_moov+default_base_moof+negative_cts_offsets+skip_trailer'

/** All rungs and the sound from one decode, as fragmented MP4 with a closed GOP per fragment. Throws ENCODE_FAILED. */
export const encodeLadder = async (source: Source, plan: Plan, { workDir, onPercent, signal }: EncodeOptions): Promise<Encoded> => {
  const video = plan.rungs.map((rung) => ({ rung, file: join(workDir, `${rung.name}.mp4`) }))
  const audio = join(workDir, 'audio.mp4')
  const silence = { source: 'anullsrc=channel_layout=stereo:sample_rate=48000', options: ['-f', 'lavfi'] }
  await encode({
    inputs: [{ source: source.file, options: asFilm }, ...(source.hasAudio ? [] : [silence])],
    filter: splitAndScale(plan.rungs, source.framesPerSecond),
    outputs: [...video.map(({ rung, file }) => videoOutput(rung, plan, file)), audioOutput(source, plan, audio)],
    workDir,
    signal,
    onPosition: (seconds) => onPercent(Math.min(100, (100_000 * seconds) / source.durationMs)),
  })
  return { video, audio }
}

const splitAndScale = (rungs: readonly Rung[], framesPerSecond: number): string => {
  const outs = rungs.map((_, at) => `[s${at}]`).join('')
  const scales = rungs.map(({ width, height }, at) => `[s${at}]scale=${width}:${height}:flags=bicubic,setsar=1[v${at}]`)
  return [`[0:v:0]fps=${framesPerSecond},format=yuv420p,split=${rungs.length}${outs}`, ...scales].join(';')
}

const videoOutput = ({ name, bitrateKbps, height }: Rung, { rungs, framesPerGop }: Plan, file: string): Output => ({
  file,
  options: [
    ...[
      '-map',
      `[v${rungs.findIndex((rung) => rung.name === name)}]`,
      '-an',
      '-c:v',
      'libx264',
      '-preset',
      'veryfast',
      '-profile:v',
      height > 480 ? 'high' : 'main',
    ],
    ...['-crf', '23', '-maxrate', `${bitrateKbps}k`, '-bufsize', `${2 * bitrateKbps}k`],
    // NOTE: without B-frames; this encoder's muxer would start a stream with them two frames late, against its sound.
    ...['-bf', '0'],
    // Every GOP is closed and equally long in every rung, so that a player may change rungs at any segment.
    ...['-g', `${framesPerGop}`, '-keyint_min', `${framesPerGop}`, '-sc_threshold', '0', '-flags', '+cgop'],
    ...['-map_metadata', '-1', '-movflags', `${fragmented}+frag_keyframe`, '-f', 'mp4'],
  ],
})

const audioOutput = ({ hasAudio, durationMs }: Source, { audioKbps }: Plan, file: string): Output => ({
  file,
  options: [
    ...[
      '-map',
      hasAudio ? '0:a:0' : '1:a:0',
      '-vn',
      '-c:a',
      'aac',
      '-b:a',
      `${audioKbps}k`,
      '-ac',
      '2',
      '-ar',
      '48000',
      '-t',
      `${durationMs / 1000}`,
    ],
    ...['-map_metadata', '-1', '-movflags', fragmented, '-frag_duration', `${segmentSeconds * 1_000_000}`, '-f', 'mp4'],
  ],
})
