import { setTimeout as sleep } from 'node:timers/promises'
import { CinegraphError, messageOf } from '#platform/errors/errors.ts'
import type { Log } from '#platform/observe/log.ts'

const pauseMs = (tries: number): number => Math.min(10 * 2 ** tries, 250)
const sayEveryMs = 5_000

export type Awaited = {
  /** As people call it: Redis, Elasticsearch. */
  readonly engine: string
  /** Its address, without passwords. */
  readonly where: string
  /** The setting that names it. */
  readonly setting: string
  readonly seconds: number
  readonly log: Pick<Log, 'warn'>
  /** Rejects while it cannot be used. */
  readonly attempt: () => Promise<void>
  /** Why an error will not pass by waiting; undefined for one that may. */
  readonly refusal: (error: unknown) => string | undefined
}

const whyLengthMax = 240
/** NOTE: a server of another kind may have answered a whole page. */
const oneLine = (text: string): string => text.replaceAll(/\s+/g, ' ').trim().slice(0, whyLengthMax)

/**
 * Resolves when an attempt has succeeded. A server that is late is waited for, with a line now and then that says so. Throws ENGINE_REFUSES
 * at once when it answers that it will not have us, and ENGINE_ABSENT when the time is over.
 */
export const waitForEngine = async ({ engine, where, setting, seconds, log, attempt, refusal }: Awaited): Promise<void> => {
  const since = Date.now()
  for (let saidAt = since, tries = 0; ; await sleep(pauseMs(tries))) {
    tries += 1
    const failure = await attempt().then(
      () => undefined,
      (error: unknown) => ({ error }),
    )
    if (failure === undefined) return
    const refused = refusal(failure.error)
    if (refused !== undefined) throw new CinegraphError('ENGINE_REFUSES', { engine, where, why: oneLine(refused), setting }, failure.error)
    const why = oneLine(messageOf(failure.error instanceof AggregateError ? failure.error.errors[0] : failure.error))
    if (Date.now() - since >= seconds * 1_000)
      throw new CinegraphError('ENGINE_ABSENT', { engine, where, seconds, why, setting }, failure.error)
    if (Date.now() - saidAt < sayEveryMs) continue
    saidAt = Date.now()
    log.warn({ where, why, waitedSeconds: Math.round((Date.now() - since) / 1_000), ofSeconds: seconds }, `waiting for ${engine}`)
  }
}
