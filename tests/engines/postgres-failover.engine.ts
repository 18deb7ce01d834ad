import assert from 'node:assert/strict'
import { test } from 'node:test'
import { postgresRig } from './faults/postgres.ts'
import { asTable } from './faults/report.ts'
import { hasHeld, runFaults } from './faults/run.ts'
import { whenUp } from './up.ts'

whenUp('postgres', 'DATABASE_URL', () => {
  test('the primary is killed and the standby promoted under load: nothing acknowledged is lost, and nobody is started again', async (t) => {
    await using rig = await postgresRig()
    const report = await runFaults(rig, 3, (line) => t.diagnostic(line))
    t.diagnostic(asTable(report))
    assert.ok(hasHeld(report), asTable(report))
    assert.ok(report.acknowledged > 100)
  })
})
