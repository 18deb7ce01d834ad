import { existsSync } from 'node:fs'
import { writeFile } from 'node:fs/promises'
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

const stamp = (second: number): string => `00:00:${String(second).padStart(2, '0')},000`

/** A copy of a film with English subtitles: one line for each second of the first minute. */
export const withSubtitles = async (film: string, workDir: string): Promise<string> => {
  const [subtitles, file] = [join(workDir, 'lines.srt'), join(workDir, 'with-subtitles.mp4')]
  const lines = Array.from({ length: 59 }, (_, second) => `${second + 1}\n${stamp(second)} --> ${stamp(second + 1)}\nLine ${second}\n`)
  await writeFile(subtitles, lines.join('\n'))
  const options = ['-map', '0', '-map', '1:s', '-c', 'copy', '-c:s', 'mov_text', '-metadata:s:s:0', 'language=eng', '-shortest']
  await encode({ inputs: [{ source: film }, { source: subtitles }], outputs: [{ file, options }], workDir })
  return file
}
