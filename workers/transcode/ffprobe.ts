import { execFile } from 'node:child_process'
import { promisify } from 'node:util'
import prober from '@ffprobe-installer/ffprobe'
import { z } from 'zod'
import { CinegraphError } from '#platform/errors/errors.ts'
import { asFilm, lastLine } from './ffmpeg.ts'

const run = promisify(execFile)
const timeoutMs = 60_000
const outputBytesMax = 16 * 1024 * 1024

/**
 * NOTE: given its whole environment, the static ffprobe loads the character sets of the machine (gconv), whose C library is
 * another, and crashes on every MPEG transport stream. It also has no use for what else is in there, passwords among it.
 */
const env = { GCONV_PATH: '/nonexistent' }

const Stream = z.object({
  codec_type: z.string().optional(),
  width: z.number().optional(),
  height: z.number().optional(),
  duration: z.string().optional(),
  avg_frame_rate: z.string().optional(),
  r_frame_rate: z.string().optional(),
  disposition: z.record(z.string(), z.number()).optional(),
  side_data_list: z.array(z.object({ rotation: z.number().optional() })).optional(),
})
const Probed = z.object({
  streams: z.array(Stream).default([]),
  format: z.object({ duration: z.string().optional() }).default({}),
})
export type Probed = z.infer<typeof Probed>

/** What ffprobe says of a file. Throws SOURCE_UNREADABLE. */
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
    const stderr = error instanceof Error && 'stderr' in error ? String(error.stderr) : ''
    throw new CinegraphError('SOURCE_UNREADABLE', { why: lastLine(stderr) }, error)
  }
}
