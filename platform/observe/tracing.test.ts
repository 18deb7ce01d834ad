import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { newTrace, traceFrom, traceHeaders, traceparentOf, withTrace } from '#platform/observe/tracing.ts'

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
