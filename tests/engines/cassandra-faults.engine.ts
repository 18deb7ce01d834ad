import assert from 'node:assert/strict'
import { test } from 'node:test'
import { cassandraRig } from './faults/cassandra.ts'
import { asTable } from './faults/report.ts'
import { hasHeld, runFaults } from './faults/run.ts'
import { whenUp } from './up.ts'

whenUp('cassandra', 'CASSANDRA_URL', () => {
  test('a node is killed and stands still under load and roll-ups: every acknowledged view is there exactly once', {
    timeout: 570_000,
  }, async (t) => {
    await using rig = await cassandraRig(1)
    const report = await runFaults(rig, 5, (line) => t.diagnostic(line))
    t.diagnostic(asTable(report))
    assert.ok(hasHeld(report), asTable(report))
    assert.ok(report.acknowledged > 100)
  })
})
