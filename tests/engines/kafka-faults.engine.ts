import assert from 'node:assert/strict'
import { test } from 'node:test'
import { kafkaRig } from './faults/kafka.ts'
import { asTable } from './faults/report.ts'
import { hasHeld, runFaults } from './faults/run.ts'
import { whenUp } from './up.ts'

whenUp('kafka', 'KAFKA_URL', () => {
  test('a broker is killed, another stands still, both under load: nothing acknowledged is lost, and the order of each key holds', async (t) => {
    await using rig = await kafkaRig()
    const report = await runFaults(rig, 5, (line) => t.diagnostic(line))
    t.diagnostic(asTable(report))
    assert.ok(hasHeld(report), asTable(report))
    for (const [key, numbers] of rig.arrived())
      assert.deepEqual(
        numbers,
        numbers.toSorted((a, b) => a - b),
        key,
      )
    assert.ok(report.acknowledged > 200)
  })
})
