import { setTimeout as sleep } from 'node:timers/promises'
import { Load, type Written } from '../../load.ts'
import type { Outcome, Rig } from './rig.ts'

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
  readonly longestMs: number
  readonly faults: readonly FaultReport[]
  readonly written: readonly Written[]
}

const patienceMs = 120_000

/** Does each fault to a rig under load, for so long, and lets it recover; then counts what has become of the writes. */
export const runFaults = async (rig: Rig, secondsEach: number, say: (line: string) => void): Promise<Report> => {
  await using load = new Load(rig.callers, rig.write)
  await load.goesOn('load goes through', { patienceMs })
  const faults: FaultReport[] = []
  for (const { name, begin, end, isOutage } of rig.faults) {
    await sleep((secondsEach * 1_000) / 2)
    say(`${name} …`)
    await begin()
    // NOTE: writes that began before the fault was there say nothing of it.
    const sinceMs = load.nowMs
    await sleep(secondsEach * 1_000)
    if (isOutage) await end()
    else await load.goesOn(`load goes through: ${name}`, { patienceMs, more: 20 }).finally(end)
    const untilMs = load.nowMs
    await load.goesOn(`load goes through again after: ${name}`, { patienceMs })
    const first = load.written.find((each) => each.isAcknowledged && each.sinceMs >= sinceMs)
    faults.push({ name, sinceMs, untilMs, recoveredAfterMs: (first?.untilMs ?? Number.NaN) - sinceMs })
  }
  await load.stop()
  const { acknowledged, longestMs, written } = load
  say('counting …')
  const outcome = await rig.outcome()
  return { ...outcome, engine: rig.engine, acknowledged, refused: written.length - acknowledged, longestMs, faults, written }
}
