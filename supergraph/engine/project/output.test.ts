import assert from 'node:assert/strict'
import test from 'node:test'
import fc from 'fast-check'
import { Output, pieceOf } from './output.ts'

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
  output.piece(pieceOf(','))
  output.again(1, end)
  output.raw(',')
  output.scalar(-12.5)
  output.raw(']')
  assert.deepEqual(JSON.parse(String(output.take())), ['a'.repeat(70_000), 'a'.repeat(70_000), -12.5])
  assert.equal(output.length, 0)
})

test('scalars and pieces of any length come out as JSON.stringify writes them', () => {
  const output = new Output()
  const asWritten = (write: () => unknown): string => {
    write()
    return String(output.take())
  }
  const numbers = fc.oneof(fc.double({ noNaN: true, noDefaultInfinity: true }), fc.integer(), fc.nat(2_000_000_000), fc.constant(-0))
  fc.assert(
    fc.property(fc.oneof(numbers, fc.boolean(), fc.string()), (value) => {
      assert.equal(
        asWritten(() => output.scalar(value)),
        JSON.stringify(value),
      )
    }),
  )
  for (const value of [0, 9, 10, 99, 999_999_999, 1e9, 1e21, 5e-324, -0])
    assert.equal(
      asWritten(() => output.scalar(value)),
      JSON.stringify(value),
    )
  for (const value of [null, undefined, {}, [], Number.NaN, Number.POSITIVE_INFINITY]) assert.equal(output.scalar(value), false)
  for (let length = 0; length < 40; length += 1) {
    const text = '\x7f'.repeat(length)
    assert.equal(
      asWritten(() => output.piece(pieceOf(text))),
      text,
    )
  }
  assert.equal(output.length, 0)
})

test('a piece that ends where the buffer does is kept', () => {
  const output = new Output()
  const piece = pieceOf(',"field":')
  for (let index = 0; index < 20_000; index += 1) output.piece(piece)
  assert.equal(String(output.take()), ',"field":'.repeat(20_000))
})
