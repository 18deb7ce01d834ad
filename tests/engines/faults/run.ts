import { setTimeout as sleep } from 'node:timers/promises'
import { messageOf } from '#platform/errors/errors.ts'
import { Load, type Written } from '../../load.ts'
import type { Outcome, Rig } from './rig.ts'
import { within } from './within.ts'

export type FaultReport = {
  readonly name: string
  readonly sinceMs: number
  readonly untilMs: number
  /** From when the fault was there to the end of the first write that began after it and was acknowledged. */
  readonly recoveredAfterMs: number
}
export type Report = Outcome & {
  readonly engine: string
  readonly acknowledged: number
  readonly refused: number
  /** Neither acknowledged nor refused when the run was over. */
  readonly unanswered: number
  readonly longestMs: number
  readonly faults: readonly FaultReport[]
  readonly written: readonly Written[]
  /** What did not end, or failed: a sentence each. A run without faults of its own has none. */
  readonly failures: readonly string[]
}

/** How long each part of a run may take, in milliseconds, so that every run ends and says what it has counted. */
export type Patience = { readonly loadMs: number; readonly faultMs: number; readonly outcomeMs: number }
const usual: Patience = { loadMs: 120_000, faultMs: 90_000, outcomeMs: 150_000 }

const settleMs = 50
const unknown: Outcome = { lost: null, twice: null, again: null, fallback: null }

/** Does each fault to a rig under load, for so long, and lets it recover; then counts what has become of the writes. Always ends. */
export const runFaults = async (rig: Rig, secondsEach: number, say: (line: string) => void, patience = usual): Promise<Report> => {
  await using load = new Load(rig.callers, rig.write)
  const failures: string[] = []
  const part = async <T>(what: string, ms: number, done: Promise<T>): Promise<T | undefined> => {
    try {
      return await within(what, ms, done)
    } catch (error) {
      say(`FAILED ${messageOf(error)}`)
      failures.push(messageOf(error))
      return undefined
    }
  }
  const goesOn = (what: string, more?: number) =>
    part(what, patience.loadMs + 5_000, load.goesOn(what, { patienceMs: patience.loadMs, ...(more === undefined ? {} : { more }) }))
  const faults: FaultReport[] = []
  await goesOn('load goes through')
  for (const { name, begin, end, isOutage } of rig.faults) {
    if (failures.length > 0) break
    await sleep((secondsEach * 1_000) / 2)
    say(`${name} …`)
    await part(name, patience.faultMs, begin())
    // NOTE: writes that began before the fault was there say nothing of it, and a signal takes a moment to reach every thread.
    await sleep(settleMs)
    const sinceMs = load.nowMs
    await sleep(secondsEach * 1_000)
    if (!isOutage) await goesOn(`load goes through: ${name}`, 20)
    await part(`the end of: ${name}`, patience.faultMs * 2, end())
    const untilMs = load.nowMs
    await goesOn(`load goes through again after: ${name}`)
    const first = load.written.find((each) => each.isAcknowledged && each.sinceMs >= sinceMs)
    faults.push({ name, sinceMs, untilMs, recoveredAfterMs: (first?.untilMs ?? Number.NaN) - sinceMs })
  }
  await part('the writes under way end', patience.loadMs, load.stop())
  const { acknowledged, longestMs, written, unanswered } = load
  say('counting …')
  const outcome = (await part('counting', patience.outcomeMs, rig.outcome())) ?? unknown
  const refused = written.length - acknowledged
  return { ...outcome, engine: rig.engine, acknowledged, refused, unanswered, longestMs, faults, written, failures }
}

/** Whether nothing acknowledged was lost, nothing was there twice, and everything that was done to the engine came to its end. */
export const hasHeld = ({ lost, twice, failures }: Report): boolean => lost === 0 && (twice ?? 0) === 0 && failures.length === 0
