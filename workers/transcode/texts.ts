import { readFile, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { isCinegraphError } from '#platform/errors/errors.ts'
import { readingBounds } from './bounds.ts'
import { asFilm, encode } from './ffmpeg.ts'
import { labelsOf, tagOf } from './languages.ts'
import type { TextRendition } from './package/hls.ts'
import type { Source } from './probe.ts'
import type { Timeline } from './timeline.ts'

/** Subtitles of a whole film have some 200 kB; more than this is something else. */
const textBytesMax = 16 * 1024 * 1024
const textsBytesMax = 64 * 1024 * 1024
const cpuSeconds = 60

export type TextOptions = { readonly workDir: string; readonly signal: AbortSignal; readonly onLeftOut: (what: string) => void }

/** The source's subtitles of text in WebVTT, on the stream's time line. A track that cannot be read, or says nothing, is left out in words. */
export const extractTexts = async (
  { file, fileBytes, texts }: Source,
  { startSeconds }: Pick<Timeline, 'startSeconds'>,
  { workDir, signal, onLeftOut }: TextOptions,
): Promise<readonly TextRendition[]> => {
  const labels = labelsOf(texts)
  const found: TextRendition[] = []
  for (const [at, { index, language, isDefault, isForced }] of texts.entries()) {
    const name = `text${at + 1}`
    const vttFile = join(workDir, `${name}.vtt`)
    const outputs = [{ file: vttFile, options: ['-map', `0:${index}`, '-c:s', 'webvtt', '-f', 'webvtt'] }]
    try {
      const room = textsBytesMax - found.reduce((sum, { vtt }) => sum + vtt.length, 0)
      const bounds = { ...readingBounds(fileBytes, cpuSeconds), outputBytes: Math.min(textBytesMax, room) }
      await encode({ inputs: [{ source: file, options: asFilm }], outputs, bounds, workDir, signal })
      const isLarge = (await stat(vttFile)).size > bounds.outputBytes
      const bytes = isLarge ? '' : await readFile(vttFile, 'utf8')
      if (isLarge) onLeftOut(`The subtitles "${labels[at]}" are larger than those of any film.`)
      else if (!bytes.includes('-->')) onLeftOut(`The subtitles "${labels[at]}" say nothing.`)
      else
        found.push({
          name,
          label: labels[at] ?? name,
          language: tagOf(language),
          isDefault,
          isForced,
          vtt: Buffer.from(shifted(bytes, startSeconds)),
        })
    } catch (error) {
      if (signal.aborted || !isCinegraphError(error)) throw error
      const size = (await stat(vttFile).catch(() => undefined))?.size ?? 0
      onLeftOut(`The subtitles "${labels[at]}" ${size > textBytesMax ? 'are larger than those of any film' : 'cannot be read'}.`)
    }
  }
  return found
}

const timing = /^((?:\d+:)?\d+:\d+\.\d+) --> ((?:\d+:)?\d+:\d+\.\d+)(.*)$/gm

/** The same cues so many seconds earlier; none begins before zero. */
export const shifted = (vtt: string, seconds: number): string =>
  Math.abs(seconds) < 0.001
    ? vtt
    : vtt.replaceAll(
        timing,
        (_, start: string, end: string, settings: string) => `${earlier(start, seconds)} --> ${earlier(end, seconds)}${settings}`,
      )

const earlier = (time: string, seconds: number): string => {
  const total = time.split(':').reduce((sum, part) => sum * 60 + Number(part), 0)
  const ms = Math.max(0, Math.round((total - seconds) * 1_000))
  const [hours, minutes] = [Math.floor(ms / 3_600_000), Math.floor(ms / 60_000) % 60]
  const two = (value: number): string => String(value).padStart(2, '0')
  return `${two(hours)}:${two(minutes)}:${((ms % 60_000) / 1_000).toFixed(3).padStart(6, '0')}`
}
