import { execFile } from 'node:child_process'
import { stat } from 'node:fs/promises'
import { promisify } from 'node:util'
import prober from '@ffprobe-installer/ffprobe'
import { z } from 'zod'
import { CinegraphError, messageOf } from '#platform/errors/errors.ts'
import { pixelsMax, readingBounds, watchBounds } from './bounds.ts'
import { allocationBound, asFilm } from './ffmpeg.ts'
import { whyUnreadable } from './unreadable.ts'

const run = promisify(execFile)
const cpuSeconds = 20
const outputBytesMax = 16 * 1024 * 1024

/**
 * NOTE: given its whole environment, the static ffprobe loads the character sets of the machine (gconv), whose C library is
 * another, and crashes on every MPEG transport stream. It also has no use for what else is in there, passwords among it.
 */
const env = { GCONV_PATH: '/nonexistent' }

const SideData = z.object({
  displaymatrix: z.string().optional(),
  dv_profile: z.number().optional(),
  dv_bl_signal_compatibility_id: z.number().optional(),
})
const Stream = z.object({
  index: z.number(),
  codec_type: z.string().optional(),
  codec_name: z.string().optional(),
  codec_tag_string: z.string().optional(),
  width: z.number().optional(),
  height: z.number().optional(),
  pix_fmt: z.string().optional(),
  sample_aspect_ratio: z.string().optional(),
  field_order: z.string().optional(),
  color_range: z.string().optional(),
  color_space: z.string().optional(),
  color_transfer: z.string().optional(),
  color_primaries: z.string().optional(),
  channels: z.number().optional(),
  duration: z.string().optional(),
  avg_frame_rate: z.string().optional(),
  r_frame_rate: z.string().optional(),
  disposition: z.record(z.string(), z.number()).optional(),
  tags: z.record(z.string(), z.string()).optional(),
  side_data_list: z.array(SideData).optional(),
})
const Probed = z.object({
  streams: z.array(Stream).default([]),
  format: z
    .object({ format_name: z.string().default(''), start_time: z.string().optional(), duration: z.string().optional() })
    .prefault({}),
})
export type Probed = z.infer<typeof Probed>
export type ProbedStream = Probed['streams'][number]

/** What ffprobe says of a file. Throws SOURCE_UNREADABLE, with a reason that is for the one who uploaded it. */
export const ffprobe = async (file: string, signal?: AbortSignal): Promise<Probed> => {
  const options = ['-v', 'error', ...allocationBound, '-print_format', 'json', '-show_streams', '-show_format', ...asFilm, file]
  const over = new AbortController()
  const ended = signal === undefined ? over.signal : AbortSignal.any([signal, over.signal])
  try {
    const bounds = readingBounds((await stat(file)).size, cpuSeconds)
    const probing = run(prober.path, options, { env, killSignal: 'SIGKILL', maxBuffer: outputBytesMax, signal: ended })
    using _watch = watchBounds({ pid: probing.child.pid, bounds }, (error) => over.abort(error))
    const { stdout } = await probing
    return Probed.parse(JSON.parse(stdout))
  } catch (error) {
    ended.throwIfAborted()
    throw new CinegraphError('SOURCE_UNREADABLE', { why: tooMuch(error) ?? (await whyUnreadable(file)) }, error)
  }
}

/** What the prober said of a source that is larger than what it looks at. */
const tooMuch = (error: unknown): string | undefined => {
  const [, width = 0, height = 0] = /Picture size (\d+)x(\d+) is invalid/.exec(messageOf(error)) ?? []
  if (Number(width) * Number(height) > pixelsMax) return `its picture has ${width} × ${height} pixels, which is too many`
  const isCrowd = error instanceof RangeError || /max_streams|Could not alloc stream/.test(messageOf(error))
  return isCrowd ? 'it has more tracks, or says more of itself, than any film' : undefined
}
