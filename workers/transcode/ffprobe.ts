import { execFile } from 'node:child_process'
import { promisify } from 'node:util'
import prober from '@ffprobe-installer/ffprobe'
import { z } from 'zod'
import { CinegraphError } from '#platform/errors/errors.ts'
import { asFilm } from './ffmpeg.ts'
import { whyUnreadable } from './unreadable.ts'

const run = promisify(execFile)
const timeoutMs = 60_000
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
  const options = ['-v', 'error', '-print_format', 'json', '-show_streams', '-show_format', ...asFilm, file]
  try {
    const { stdout } = await run(prober.path, options, {
      env,
      timeout: timeoutMs,
      killSignal: 'SIGKILL',
      maxBuffer: outputBytesMax,
      signal,
    })
    return Probed.parse(JSON.parse(stdout))
  } catch (error) {
    signal?.throwIfAborted()
    throw new CinegraphError('SOURCE_UNREADABLE', { why: await whyUnreadable(file) }, error)
  }
}
