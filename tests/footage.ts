import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { encode } from '../workers/transcode/ffmpeg.ts'
import { makeFootage } from '../workers/transcode/footage.ts'

const shared = join(import.meta.dirname, '..', '..', 'shared', 'media')

export type TestFilm = { readonly file: string; readonly durationMs: number; readonly what: string }

/** A real film of 8 s in 1080p where the shared media are, else one that is made here; `what` says which. */
export const testFilm = async (workDir: string): Promise<TestFilm> => {
  const [picture, sound] = [join(shared, 'croatia-1080p25.mp4'), join(shared, 'tone-aac.mp4')]
  if (!existsSync(picture))
    return { file: await makeFootage(0, 8, { workDir }), durationMs: 8_000, what: 'generated footage (no shared media here)' }
  const file = join(workDir, 'croatia.mp4')
  await encode({
    inputs: [{ source: picture }, { source: sound }],
    outputs: [{ file, options: ['-map', '0:v', '-map', '1:a', '-c', 'copy'] }],
    workDir,
  })
  return { file, durationMs: 8_000, what: 'shared media: CTA-WAVE croatia, 1080p25' }
}
