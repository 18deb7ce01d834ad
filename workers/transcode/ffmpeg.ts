import { spawn } from 'node:child_process'
import { readFile, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import encoder from '@ffmpeg-installer/ffmpeg'
import ffmpeg from 'fluent-ffmpeg'
import { CinegraphError, messageOf } from '#platform/errors/errors.ts'
import { processBirth } from '#platform/process/birth.ts'
import { type Bounds, pixelsMax, usualBounds, watchBounds } from './bounds.ts'

ffmpeg.setFfmpegPath(encoder.path)

/** One output file of an encode, with its ffmpeg options. */
export type Output = { readonly file: string; readonly options: readonly string[] }
/** Where a film is worked on: encoders note their process ids in the folder, for `endLeftover`, and end when the signal aborts. */
export type WorkPlace = { readonly workDir: string; readonly signal?: AbortSignal | undefined }
export type Encode = WorkPlace & {
  readonly inputs: readonly { readonly source: string; readonly options?: readonly string[] }[]
  readonly filter?: string
  readonly outputs: readonly Output[]
  /** What it may take of the machine; without any, what footage and our own renditions may. */
  readonly bounds?: Bounds
  readonly onPosition?: (seconds: number) => void
}

/** Containers that hold their own pictures and sound. */
const containers = 'mov,matroska,mpegts,mpeg,mpegvideo,avi,flv,asf,ogg,mxf,ivf,h264,hevc,dv'
/**
 * How a file that somebody uploaded is opened.
 * NOTE: a playlist or a manifest (HLS, DASH, concat) names other files and addresses, which would be read from here; so only
 * containers are tried, and nothing but files is opened.
 */
export const asFilm = ['-protocol_whitelist', 'file', '-format_whitelist', containers] as const
/** One allocation is bounded, whatever size a file says that it needs. */
export const allocationBound = ['-max_alloc', '1000000000'] as const
/** The same for what is decoded: one allocation and one picture are bounded, whatever size a file says, there or later, that they have. */
export const asFilmDecoded = [...allocationBound, '-max_pixels', String(pixelsMax), ...asFilm] as const
/** The same for the encoder, which turns no pictures, since it does not know mirrored ones. */
export const asFilmUnturned = ['-noautorotate', ...asFilmDecoded] as const

/** An encoder that says nothing for so long has got stuck on its source. */
const silentMsMax = 300_000

/** What an encode did: frames of the first input's pictures that could be decoded, where it says so. */
export type EncodeResult = { readonly decodedFrames: number | undefined }

/** Encoders that run; none of them outlives this process. */
const running = new Set<{ readonly kill: (signal: string) => unknown }>()
process.on('exit', () => {
  for (const command of running) command.kill('SIGKILL')
})

/**
 * Runs one encode to its end. Throws ENCODE_FAILED, SOURCE_UNREADABLE when the encoder gave the source up, and the signal's
 * reason when that aborts, which ends the encoder. SOURCE_UNREADABLE also ends one that takes more than its bounds.
 */
export const encode = ({ inputs, filter, outputs, bounds = usualBounds, workDir, onPosition, signal }: Encode): Promise<EncodeResult> =>
  new Promise((resolve, reject) => {
    signal?.throwIfAborted()
    const command = ffmpeg()
    for (const { source, options = [] } of inputs) command.input(source).inputOptions([...options])
    command.addOption('-v', 'verbose')
    if (filter !== undefined) command.complexFilter(filter)
    for (const { file, options } of outputs) command.output(file).outputOptions([...options])
    let decodedFrames: number | undefined
    const kill = (): unknown => command.kill('SIGKILL')
    const stuck = setTimeout(kill, silentMsMax)
    let over: CinegraphError | undefined
    let watch: Disposable | undefined
    const ended = (): void => {
      clearTimeout(stuck)
      watch?.[Symbol.dispose]()
      running.delete(command)
      signal?.removeEventListener('abort', kill)
    }
    // NOTE: not its event `progress`: for that the library probes the input once more, without `asFilm`.
    command.on('stderr', (line: string) => {
      stuck.refresh()
      const timemark = /\btime=(\d[\d:.]*)/.exec(line)?.[1]
      if (timemark !== undefined) onPosition?.(secondsOf(timemark))
      const decoded = /^\s*Input stream #0:\d+ \(video\):.*?(\d+) frames decoded/.exec(line)?.[1]
      if (decoded !== undefined) decodedFrames = Number(decoded)
    })
    command.on('end', () => {
      ended()
      resolve({ decodedFrames })
    })
    command.on('error', (error: unknown, _stdout: string | null, stderr: string | null) => {
      ended()
      reject(signal?.aborted ? signal.reason : (over ?? failureOf(messageOf(error), stderr ?? '')))
    })
    command.on('start', () => {
      const pid = notePid(command, workDir)
      watch = watchBounds({ pid, bounds, files: outputs.map(({ file }) => file) }, (error) => {
        over = error
        kill()
      })
    })
    signal?.addEventListener('abort', kill, { once: true })
    running.add(command)
    command.run()
  })

/** NOTE: the encoder's own words name files of this machine; they go into the log, as the cause. */
const failureOf = (message: string, stderr: string): CinegraphError => {
  const cause = new Error(`${message}: ${lastLines(stderr)}`)
  if (/No space left/.test(stderr)) return new CinegraphError('ENCODE_FAILED', { why: 'no space is left for what it makes' }, cause)
  if (/exited with code/.test(message))
    return new CinegraphError('SOURCE_UNREADABLE', { why: 'its picture or its sound cannot be decoded to the end' }, cause)
  return new CinegraphError('ENCODE_FAILED', { why: 'it was ended before it was done' }, cause)
}

/** The last of what a program said that says something; a program that was killed says nothing. */
const lastLines = (text: string): string =>
  text
    .trim()
    .split('\n')
    .filter((line) => !line.startsWith('Conversion failed'))
    .slice(-5)
    .join(' | ') || 'no reason given'

export type Listed = { readonly exitCode: number | null; readonly errors: string }
const errorBytesMax = 64 * 1024

/** Runs the encoder to list what is in a source, and hands on each line that it prints. An aborted signal ends it, and so do its bounds, with SOURCE_UNREADABLE. */
export const list = async (
  options: readonly string[],
  onLine: (line: string) => void,
  { signal, bounds }: { readonly signal: AbortSignal; readonly bounds: Bounds },
): Promise<Listed> => {
  const over = new AbortController()
  const child = spawn(encoder.path, ['-v', 'error', '-nostdin', ...options], {
    stdio: ['ignore', 'pipe', 'pipe'],
    signal: AbortSignal.any([signal, over.signal]),
    killSignal: 'SIGKILL',
  })
  using _watch = watchBounds({ pid: child.pid, bounds }, (error) => over.abort(error))
  const reader = { kill: () => child.kill('SIGKILL') }
  running.add(reader)
  const ended = new Promise<number | null>((resolve, reject) => child.once('error', reject).once('close', resolve))
  let errors = ''
  child.stderr.on('data', (chunk: Buffer) => {
    if (errors.length < errorBytesMax) errors += chunk.toString()
  })
  createInterface({ input: child.stdout }).on('line', onLine)
  try {
    return { exitCode: await ended, errors }
  } catch (error) {
    signal.throwIfAborted()
    over.signal.throwIfAborted()
    throw error
  } finally {
    running.delete(reader)
  }
}

const secondsOf = (timemark: string): number => timemark.split(':').reduce((total, part) => total * 60 + Number(part), 0) || 0

const noteOf = (workDir: string): string => join(workDir, 'encoder.json')

const notePid = (command: object, workDir: string): number => {
  const pid =
    'ffmpegProc' in command && typeof command.ffmpegProc === 'object' && command.ffmpegProc !== null && 'pid' in command.ffmpegProc
      ? Number(command.ffmpegProc.pid)
      : 0
  writeFile(noteOf(workDir), JSON.stringify({ pid, birth: processBirth(pid) })).catch(() => undefined)
  return pid
}

/** Ends the encoder that a killed worker left running in this folder, and removes the folder. */
export const endLeftover = async (workDir: string): Promise<void> => {
  const note = JSON.parse(await readFile(noteOf(workDir), 'utf8').catch(() => '{}')) as { pid?: number; birth?: string }
  if (note.pid && note.birth && processBirth(note.pid) === note.birth) process.kill(note.pid, 'SIGKILL')
  await rm(workDir, { recursive: true, force: true })
}
