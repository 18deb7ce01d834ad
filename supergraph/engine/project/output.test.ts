import assert from 'node:assert/strict'
import test from 'node:test'
import fc from 'fast-check'
import { Output } from './output.ts'

test('any string comes out as JSON.stringify writes it, lone surrogates and control characters too', () => {
  const output = new Output()
  fc.assert(
    fc.property(fc.array(fc.string({ unit: 'binary', maxLength: 200 })), (texts) => {
      for (const text of texts) output.string(text)
      assert.equal(String(output.take()), texts.map((text) => JSON.stringify(text)).join(''))
    }),
  )
  for (const text of ['\ud800', '"\\\u0000', '\u007f', 'é'.repeat(500), 'x'.repeat(64)]) {
    output.string(text)
    assert.equal(String(output.take()), JSON.stringify(text))
  }
})

test('a text larger than all before it keeps what was written, and parts of it can be repeated', () => {
  const output = new Output()
  output.raw('[')
  output.string('a'.repeat(70_000))
  const end = output.length
  output.bytes(Buffer.from(','))
  output.again(1, end)
  output.raw(',')
  output.number(-12.5)
  output.raw(']')
  assert.deepEqual(JSON.parse(String(output.take())), ['a'.repeat(70_000), 'a'.repeat(70_000), -12.5])
  assert.equal(output.length, 0)
})
