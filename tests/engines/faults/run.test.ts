import assert from 'node:assert/strict'
import { test } from 'node:test'
import { setImmediate as turn } from 'node:timers/promises'
import { asPicture, asTable } from './report.ts'
import type { Outcome, Rig } from './rig.ts'
import { hasHeld, runFaults } from './run.ts'

const patience = { loadMs: 400, faultMs: 100, outcomeMs: 100 }
const never = (): Promise<never> => new Promise(() => undefined)
const ok = async (): Promise<void> => undefined
const outcome: Outcome = { lost: 0, twice: 0, again: 0, fallback: null }

const rig = (parts: Partial<Rig> = {}): Rig => ({
  engine: 'an engine',
  callers: 2,
  write: async () => void (await turn()),
  faults: [{ name: 'a fault', begin: ok, end: ok }],
  outcome: async () => outcome,
  [Symbol.asyncDispose]: ok,
  ...parts,
})
const run = (parts: Partial<Rig>) => runFaults(rig(parts), 0.01, () => undefined, patience)

test('a fault run that meets nothing has no failures, and holds', { timeout: 30_000 }, async () => {
  const report = await run({})
  assert.deepEqual([report.failures, hasHeld(report), report.unanswered], [[], true, 0])
  assert.equal(hasHeld(await run({ outcome: async () => ({ ...outcome, lost: 1 }) })), false)
})

test('a fault run ends, prints its counts and does not hold, whatever part of it hangs or fails', { timeout: 60_000 }, async () => {
  const thrown = () => Promise.reject(new Error('broken'))
  let writes = 0
  const write = async (): Promise<void> => {
    writes += 1
    if (writes === 40) return never()
    await turn()
  }
  const hanging: Readonly<Record<string, Partial<Rig>>> = {
    'every write': { write: never },
    'one write': { write },
    'every write is refused': { write: thrown },
    begin: { faults: [{ name: 'x', begin: never, end: ok }] },
    'begin fails': { faults: [{ name: 'x', begin: thrown, end: ok }] },
    end: { faults: [{ name: 'x', begin: ok, end: never, isOutage: true }] },
    counting: { outcome: never },
    'counting fails': { outcome: thrown },
  }
  const reports = await Promise.all(Object.entries(hanging).map(async ([what, parts]) => ({ what, report: await run(parts) })))
  for (const { what, report } of reports) {
    assert.equal(hasHeld(report), false, what)
    assert.match(asTable(report), /FAILED/, what)
    assert.match(asPicture(report), /<\/svg>/, what)
  }
  const counts = new Map(reports.map(({ what, report }) => [what, report]))
  assert.equal(counts.get('every write')?.unanswered, 2)
  assert.equal(counts.get('one write')?.unanswered, 1)
  assert.equal(counts.get('counting')?.lost, null)
})
