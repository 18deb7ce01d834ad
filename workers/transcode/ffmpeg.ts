import { readFile, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import encoder from '@ffmpeg-installer/ffmpeg'
import ffmpeg from 'fluent-ffmpeg'
import { CinegraphError, messageOf } from '#platform/errors/errors.ts'
import { processBirth } from '#platform/process/birth.ts'

ffmpeg.setFfmpegPath(encoder.path)

/** One output file of an encode, with its ffmpeg options. */
export type Output = { readonly file: string; readonly options: readonly string[] }
/** Where a film is worked on: encoders note their process ids in the folder, for `endLeftover`, and end when the signal aborts. */
export type WorkPlace = { readonly workDir: string; readonly signal?: AbortSignal | undefined }
export type Encode = WorkPlace & {
  readonly inputs: readonly { readonly source: string; readonly options?: readonly string[] }[]
  readonly filter?: string
  readonly outputs: readonly Output[]
  readonly onPosition?: (seconds: number) => void
}

/** Containers that hold their own pictures and sound. */
const containers = 'mov,matroska,mpegts,mpeg,mpegvideo,avi,flv,asf,ogg,mxf,ivf,h264,hevc'
/**
 * How a file that somebody uploaded is opened.
 * NOTE: a playlist or a manifest (HLS, DASH, concat) names other files and addresses, which would be read from here; so only
 * containers are tried, and nothing but files is opened.
 */
export const asFilm = ['-protocol_whitelist', 'file', '-format_whitelist', containers] as const

/** Encoders that run; none of them outlives this process. */
const running = new Set<{ readonly kill: (signal: string) => unknown }>()
process.on('exit', () => {
  for (const command of running) command.kill('SIGKILL')
})

/**
 * Runs one encode to its end. Throws ENCODE_FAILED with the encoder's own last words, and the signal's reason when that aborts,
 * which ends the encoder.
 */
export const encode = ({ inputs, filter, outputs, workDir, onPosition, signal }: Encode): Promise<void> =>
  new Promise((resolve, reject) => {
    signal?.throwIfAborted()
    const command = ffmpeg()
    for (const { source, options = [] } of inputs) command.input(source).inputOptions([...options])
    // NOTE: -xerror ends the encode at the first broken frame; a truncated film would otherwise pass, shortened.
    command.addOption('-xerror')
    if (filter !== undefined) command.complexFilter(filter)
    for (const { file, options } of outputs) command.output(file).outputOptions([...options])
    // NOTE: not its event `progress`: for that the library probes the input once more, without `asFilm`.
    command.on('stderr', (line: string) => {
      const timemark = /\btime=(\d[\d:.]*)/.exec(line)?.[1]
      if (timemark !== undefined) onPosition?.(secondsOf(timemark))
    })
    const kill = (): unknown => command.kill('SIGKILL')
    const ended = (): void => {
      running.delete(command)
      signal?.removeEventListener('abort', kill)
    }
    command.on('end', () => {
      ended()
      resolve()
    })
    command.on('error', (error: unknown, _stdout: string | null, stderr: string | null) => {
      ended()
      reject(signal?.aborted ? signal.reason : new CinegraphError('ENCODE_FAILED', { why: lastLine(stderr ?? messageOf(error)) }, error))
    })
    command.on('start', () => notePid(command, workDir))
    signal?.addEventListener('abort', kill, { once: true })
    running.add(command)
    command.run()
  })

const secondsOf = (timemark: string): number => timemark.split(':').reduce((total, part) => total * 60 + Number(part), 0) || 0
/** The last of what a program said that says something; a program that was killed says nothing. */
export const lastLine = (text: string): string =>
  text
    .trim()
    .split('\n')
    .filter((line) => !line.startsWith('Conversion failed'))
    .at(-1)
    ?.trim() || 'no reason given'

const noteOf = (workDir: string): string => join(workDir, 'encoder.json')

const notePid = (command: object, workDir: string): void => {
  const pid =
    'ffmpegProc' in command && typeof command.ffmpegProc === 'object' && command.ffmpegProc !== null && 'pid' in command.ffmpegProc
      ? Number(command.ffmpegProc.pid)
      : 0
  writeFile(noteOf(workDir), JSON.stringify({ pid, birth: processBirth(pid) })).catch(() => undefined)
}

/** Ends the encoder that a killed worker left running in this folder, and removes the folder. */
export const endLeftover = async (workDir: string): Promise<void> => {
  const note = JSON.parse(await readFile(noteOf(workDir), 'utf8').catch(() => '{}')) as { pid?: number; birth?: string }
  if (note.pid && note.birth && processBirth(note.pid) === note.birth) process.kill(note.pid, 'SIGKILL')
  await rm(workDir, { recursive: true, force: true })
}
