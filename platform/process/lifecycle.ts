import { setTimeout as sleep } from 'node:timers/promises'
import { CinegraphError, isCinegraphError, systemCodeOf } from '#platform/errors/errors.ts'
import { noteRunning } from '#platform/process/running.ts'
import { withoutSecrets } from '#platform/text/without-secrets.ts'

/** What has not been finished by then is given up; a supervisor waits a little longer. */
const stopMs = 20_000
/** How often a supervisor gets a sign that the event loop runs. */
const aliveMs = 1_000
/** The same after a failure that nothing has caught. */
const crashedMs = 5_000
const stopSignals = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const

/** Resolves when this process is asked to stop: by a signal, or because the parent that started it has gone. */
export const stopRequested = (): Promise<string> =>
  new Promise((resolve) => {
    for (const signal of stopSignals) process.once(signal, () => resolve(signal))
    if (process.channel) process.once('disconnect', () => resolve('disconnect'))
  })

/**
 * Resolves with the first failure that nothing has caught. What the process holds in memory cannot be trusted after that:
 * it says why, and ends in order.
 */
const uncaught = (): Promise<{ readonly error: unknown }> =>
  new Promise((resolve) => {
    for (const event of ['uncaughtException', 'unhandledRejection'] as const)
      process.on(event, (error: unknown) => {
        process.stderr.write(`${event}: ${withoutSecrets(error instanceof Error ? (error.stack ?? error.message) : String(error))}\n`)
        resolve({ error })
      })
  })

/**
 * When the parent has been killed, nobody reads what is printed or sent any more.
 * NOTE: an error of stderr that nothing has caught would be printed to stderr, and fail again, for ever.
 */
const outliveReaders = (): void => {
  for (const stream of [process.stdout, process.stderr]) stream.on('error', () => undefined)
}

/** Says something to the supervisor, if there still is one. */
const report = (message: { readonly ready: true } | { readonly alive: true }): void => {
  if (process.connected) process.send?.(message, undefined, undefined, () => undefined)
}

/** One sentence a person can act on, for every expected failure; undefined for an unexpected one. */
export const sentenceFor = (error: unknown): string | undefined => {
  if (error instanceof AggregateError && error.errors.every(isCinegraphError)) return error.message
  if (isCinegraphError(error)) return error.message
  if (systemCodeOf(error) === 'ENOSPC') return new CinegraphError('DISK_FULL', { dir: 'the data folder', freeMb: 0, neededMb: 512 }).message
  return undefined
}

/**
 * The body of every `main.ts`: starts things on a stack, waits until it is asked to stop, disposes them in reverse
 * order; files that it makes are its owner's alone. An expected failure is one sentence on stderr and exit code 1. A main that returns a promise within `until`
 * also ends, as failed, when that one settles, and every main when something fails that nothing has caught.
 */
export const runMain = async (start: (stack: AsyncDisposableStack) => Promise<void | { readonly until: Promise<void> }>): Promise<void> => {
  process.umask(0o077)
  const stop = stopRequested()
  outliveReaders()
  const failed = uncaught()
  const stack = new AsyncDisposableStack()
  stack.use(noteRunning())
  try {
    const started = await Promise.race([start(stack), failed])
    if (!started || 'until' in started) report({ ready: true })
    setInterval(() => report({ alive: true }), aliveMs).unref()
    const ended = await Promise.race([failed, stop, ...(started && 'until' in started ? [started.until] : [])])
    if (typeof ended !== 'string') process.exitCode = 1
  } catch (error) {
    reportFailure(error)
  } finally {
    const graceMs = failed.then(() => sleep(crashedMs, undefined, { ref: false }))
    await Promise.race([stack.disposeAsync().catch(reportFailure), graceMs, sleep(stopMs, undefined, { ref: false })])
  }
  process.exit()
}

const reportFailure = (error: unknown): void => {
  process.exitCode = 1
  process.stderr.write(`${sentenceFor(error) ?? withoutSecrets(error instanceof Error ? (error.stack ?? error.message) : String(error))}\n`)
}
