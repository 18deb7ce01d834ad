import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { newTrace, receivedTrace, traceFrom, traceHeaders, traceparentOf, withTrace } from '#platform/observe/tracing.ts'

test('a trace survives a hop by W3C and by B3 headers alike', () => {
  const trace = newTrace()
  const { traceparent = '', ...b3 } = withTrace(trace, traceHeaders)
  assert.equal(traceFrom({ traceparent }).traceId, trace.traceId)
  assert.equal(traceFrom(b3).traceId, trace.traceId)
  assert.equal(traceFrom({ b3: `${trace.traceId}-${trace.spanId}-1` }).traceId, trace.traceId)
})

test('a 64-bit B3 trace id is padded, and "not sampled" is kept', () => {
  const trace = traceFrom({ 'x-b3-traceid': 'aabbccddeeff0011', 'x-b3-spanid': 'aabbccddeeff0011', 'x-b3-sampled': '0' })
  assert.equal(trace.traceId, '0000000000000000aabbccddeeff0011')
  assert.equal(trace.sampled, false)
})

test('whatever a stranger sends, there is a trace to go on with', () => {
  fc.assert(
    fc.property(fc.string(), fc.string(), (traceparent, b3) => {
      assert.match(traceparentOf(traceFrom({ traceparent, b3 })), /^00-[0-9a-f]{32}-[0-9a-f]{16}-0[01]$/)
    }),
  )
})

test('the caller’s trace is continued in a span of its own, with its sampling', () => {
  const hex = (length: number) => fc.string({ unit: fc.constantFrom(...'0123456789abcdef'), minLength: length, maxLength: length })
  const ids = fc.tuple(hex(32), hex(16), fc.boolean()).filter(([trace, span]) => !/^0+$/.test(trace) && !/^0+$/.test(span))
  fc.assert(
    fc.property(ids, ([traceId, spanId, sampled]) => {
      const given = `00-${traceId}-${spanId}-0${sampled ? 1 : 0}`
      assert.deepEqual(receivedTrace({ traceparent: given }), { traceId, spanId, sampled })
      const continued = traceFrom({ traceparent: [given, 'a second header that is ignored'] })
      assert.deepEqual([continued.traceId, continued.sampled], [traceId, sampled])
      assert.notEqual(continued.spanId, spanId)
      const sent = withTrace({ traceId, spanId, sampled }, traceHeaders)
      assert.deepEqual(sent, {
        traceparent: given,
        'x-b3-traceid': traceId,
        'x-b3-spanid': spanId,
        'x-b3-sampled': sampled ? '1' : '0',
      })
      const b3 = { 'x-b3-traceid': traceId.toUpperCase(), 'x-b3-spanid': spanId.toUpperCase(), 'x-b3-sampled': sent['x-b3-sampled'] }
      assert.deepEqual(receivedTrace(b3), { traceId, spanId, sampled })
    }),
  )
})

test('a broken trace is none, and outside of a trace nothing is sent on', () => {
  const good = `${'a'.repeat(32)}-${'b'.repeat(16)}`
  for (const traceparent of [
    `00-${'0'.repeat(32)}-${'b'.repeat(16)}-01`,
    `00-${'a'.repeat(32)}-${'0'.repeat(16)}-01`,
    `01-${good}-01`,
    good,
  ])
    assert.equal(receivedTrace({ traceparent }), undefined, traceparent)
  for (const b3 of [`${'a'.repeat(31)}-${'b'.repeat(16)}`, `${'a'.repeat(32)}-${'b'.repeat(15)}`, '0'])
    assert.equal(receivedTrace({ b3 }), undefined, b3)
  assert.deepEqual(traceHeaders(), {})
})

test('no two traces have the same ids', () => {
  const traces = Array.from({ length: 2_000 }, newTrace)
  for (const ids of [traces.map(({ traceId }) => traceId), traces.map(({ spanId }) => spanId)]) assert.equal(new Set(ids).size, 2_000)
  assert.ok(traces.every(({ sampled }) => sampled))
})
