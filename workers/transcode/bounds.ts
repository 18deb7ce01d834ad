import { statSync } from 'node:fs'
import { CinegraphError } from '#platform/errors/errors.ts'
import { usageOf } from '#platform/process/usage.ts'

/** What one run of an encoder or a prober may take of this machine, beside memory. */
export type Bounds = {
  /** Processor time of all its threads. */
  readonly cpuSeconds: number
  readonly outputBytes: number
}
/** What a machine gives to each run: memory, and how much of the usual processor time. */
export type MachineBounds = { readonly memoryMb: number; readonly cpuPercent: number }

/** For what is made of our own renditions, and for footage. */
export const usualBounds: Bounds = { cpuSeconds: 7_200, outputBytes: 64 * 2 ** 30 }

const mib = 1_048_576
const watchMs = 200
/** Of a machine with much else to do a run gets little at a time; so many times its processor time it may last. */
const wallShare = 20
const wallSecondsMin = 300
/** A picture may have so many pixels; a decoder refuses larger ones, whatever the header says. */
export const pixelsMax = 8_192 * 8_192

let machine: MachineBounds = { memoryMb: 4_096, cpuPercent: 100 }

/** Sets what every run that begins from now on in this process may take. */
export const boundEncoders = (bounds: MachineBounds): void => {
  machine = bounds
}

/** What it may take to look at a file of so many bytes without decoding it all. */
export const readingBounds = (fileBytes: number, cpuSeconds: number): Bounds => ({
  cpuSeconds: cpuSeconds + fileBytes / (5 * mib),
  outputBytes: 16 * mib,
})

type Work = {
  readonly frames: number
  readonly pixels: number
  readonly seconds: number
  readonly kbps: number
  readonly fileBytes: number
}

/**
 * What it may take to decode and encode `frames` of `pixels` each into `seconds` of `kbps` in all.
 * NOTE: some ten times what tone mapping, the slowest of what is done to a picture, takes on one slow core.
 */
export const encodingBounds = ({ frames, pixels, seconds, kbps, fileBytes }: Work): Bounds => ({
  cpuSeconds: 60 + frames * (0.05 + pixels * 5e-7) + fileBytes / (5 * mib),
  outputBytes: 16 * mib + seconds * kbps * 250,
})

export type Watched = { readonly pid: number | undefined; readonly bounds: Bounds; readonly files?: readonly string[] }

/**
 * Looks at a process five times a second until it is disposed of. Calls `onOver` once, with the reason in words for the one
 * who uploaded the film, when it takes more than its bounds or than the machine gives.
 */
export const watchBounds = ({ pid, bounds, files = [] }: Watched, onOver: (error: CinegraphError) => void): Disposable => {
  const { memoryMb, cpuPercent } = machine
  const cpuSecondsMax = (bounds.cpuSeconds * cpuPercent) / 100
  const wallSecondsMax = wallSecondsMin + wallShare * cpuSecondsMax
  const begunAt = performance.now()
  const reason = (): string | undefined => {
    const usage = pid === undefined ? null : usageOf(pid)
    if (usage === null) return undefined
    if (usage.residentBytes > memoryMb * mib) return `it takes more memory than a film may, which is ${memoryMb} MB`
    if (usage.cpuSeconds > cpuSecondsMax)
      return `it takes more processor time than a film of its length and size may, which is ${Math.ceil(cpuSecondsMax)} s`
    if ((performance.now() - begunAt) / 1_000 > wallSecondsMax) return 'it takes too long to read'
    const bytes = files.reduce((sum, file) => sum + (statSync(file, { throwIfNoEntry: false })?.size ?? 0), 0)
    return bytes > bounds.outputBytes ? 'what comes out of it is far larger than a film of its length' : undefined
  }
  const timer = setInterval(() => {
    const why = reason()
    if (why === undefined) return
    clearInterval(timer)
    onOver(new CinegraphError('SOURCE_UNREADABLE', { why }))
  }, watchMs).unref()
  return { [Symbol.dispose]: () => clearInterval(timer) }
}
