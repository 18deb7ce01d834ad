import { type ChildProcess, fork } from 'node:child_process'
import { once } from 'node:events'
import { createInterface } from 'node:readline'
import { setTimeout as sleep } from 'node:timers/promises'
import { CinegraphError } from '#platform/errors/errors.ts'

/** One process of the service: a `*.main.ts` with the environment it reads its settings from. */
export type ProcessPlan = {
  readonly name: string
  readonly file: string
  readonly args: readonly string[]
  readonly env: Readonly<Record<string, string | undefined>>
  /** Instead of the supervisor's own, where it is shorter. */
  readonly silentSecondsMax?: number
}
export type SupervisorDeps = {
  /** Called with each line that a process prints. */
  readonly onLine: (name: string, line: string) => void
  readonly onRestart: (name: string, why: string, waitMs: number) => void
  /** Called when a process that was started again is ready. */
  readonly onReadyAgain: (name: string, pid: number | undefined, tookMs: number) => void
  readonly onStop: (name: string, tookMs: number) => void
  /** A process whose event loop gives no sign of life for so long is ended, and started again. */
  readonly silentSeconds: number
}
export type Supervised = AsyncDisposable & { readonly pid: () => number | undefined }

const backoffMs = { first: 100, most: 5_000 }
const calmMs = 30_000
const stopMs = 25_000

/**
 * Starts a process and resolves when it is ready. From then on it is started again whenever it ends, with growing
 * pauses. Rejects, with what it last printed, when it ends before it was ever ready.
 */
export const supervise = async (plan: ProcessPlan, deps: SupervisorDeps): Promise<Supervised> => {
  let child = launch(plan, deps)
  await child.ready
  const stop = new AbortController()
  const keep = async (): Promise<void> => {
    let waitMs = backoffMs.first
    while (!stop.signal.aborted) {
      const since = Date.now()
      const why = await child.ended
      if (stop.signal.aborted) return
      waitMs = Date.now() - since > calmMs ? backoffMs.first : Math.min(backoffMs.most, waitMs * 2)
      deps.onRestart(plan.name, why, waitMs)
      await sleep(waitMs, undefined, { signal: stop.signal }).catch(() => undefined)
      if (stop.signal.aborted) return
      const again = Date.now()
      child = launch(plan, deps)
      await child.ready.then(
        () => deps.onReadyAgain(plan.name, child.process.pid, Date.now() - again),
        () => undefined,
      )
    }
  }
  const keeping = keep()
  return {
    pid: () => child.process.pid,
    [Symbol.asyncDispose]: async () => {
      stop.abort()
      const since = Date.now()
      await end(child.process)
      await keeping
      deps.onStop(plan.name, Date.now() - since)
    },
  }
}

type Launched = { readonly process: ChildProcess; readonly ready: Promise<void>; readonly ended: Promise<string> }

const launch = (plan: ProcessPlan, deps: SupervisorDeps): Launched => {
  const { name, file, args, env, silentSecondsMax = deps.silentSeconds } = plan
  const silentSeconds = Math.min(silentSecondsMax, deps.silentSeconds)
  const { onLine } = deps
  // NOTE: detached, so that Ctrl-C reaches the supervisor alone and the database stops last. When the supervisor is
  // killed, the channel to it closes, and the child stops by itself.
  const child = fork(file, [...args], { env, stdio: ['ignore', 'pipe', 'pipe', 'ipc'], detached: true })
  const lastLines: string[] = []
  for (const stream of [child.stdout, child.stderr]) {
    if (stream === null) continue
    createInterface(stream).on('line', (line) => {
      if (stream === child.stderr) lastLines.push(line)
      onLine(name, line)
    })
  }
  const isSilent = endWhenSilent(child, silentSeconds)
  const ended = once(child, 'close').then(([code, signal]) => {
    if (isSilent()) return `its event loop stood still for ${silentSeconds} s`
    return signal ? `it was ended by ${signal}` : `it ended with code ${code}`
  })
  const ready = new Promise<void>((resolve, reject) => {
    child.once('message', () => resolve())
    ended.then((why) =>
      reject(new CinegraphError('PROCESS_FAILED', { why: lastLines.slice(-12).join('\n') || `${name} did not start: ${why}.` })),
    )
  })
  ready.catch(() => undefined)
  return { process: child, ready, ended }
}

/**
 * Kills a process that has been ready and has since given no sign of life for so many seconds; returns whether it has.
 * NOTE: seconds are counted by this loop's own beat, so that a machine that was asleep does not find all of them silent.
 */
const endWhenSilent = (child: ChildProcess, seconds: number): (() => boolean) => {
  let silentFor = 0
  let beat: NodeJS.Timeout | undefined
  child.on('message', () => {
    silentFor = 0
    beat ??= setInterval(() => {
      silentFor += 1
      if (silentFor > seconds) child.kill('SIGKILL')
    }, 1_000)
  })
  child.once('exit', () => clearInterval(beat))
  return () => silentFor > seconds
}

const end = async (child: ChildProcess): Promise<void> => {
  if (child.exitCode !== null || child.signalCode !== null) return
  const closed = once(child, 'close')
  child.kill('SIGTERM')
  const stopped = await Promise.race([closed.then(() => true), sleep(stopMs, false, { ref: false })])
  if (!stopped) child.kill('SIGKILL')
  await closed
}
