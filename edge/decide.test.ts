import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { decide, readRange } from './decide.ts'

const at = 'Wed, 25 Nov 2026 08:00:00 GMT'
const before = 'Wed, 25 Nov 2026 07:00:00 GMT'
const later = 'Wed, 25 Nov 2026 09:00:00 GMT'
const selected = { etag: '"a"', lastModified: at, bytes: 100 }
const statusOf = (headers: Record<string, string>, method = 'GET') => decide({ method, headers }, selected).status

test('the ranges of RFC 9110 are understood', () => {
  assert.deepEqual(readRange('bytes=0-9', 100), { start: 0, end: 9 })
  assert.deepEqual(readRange('BYTES=90-', 100), { start: 90, end: 99 })
  assert.deepEqual(readRange('bytes=-10', 100), { start: 90, end: 99 })
  assert.deepEqual(readRange('bytes=-500', 100), { start: 0, end: 99 })
  assert.deepEqual(readRange('bytes=50-500', 100), { start: 50, end: 99 })
  assert.deepEqual(readRange('bytes=0-9, 5-20', 100), { start: 0, end: 20 }, 'several that make one')
  for (const beyond of ['bytes=100-', 'bytes=200-300', 'bytes=-0'])
    assert.throws(() => readRange(beyond, 100), { code: 'RANGE_INVALID' }, beyond)
  for (const ignored of [undefined, '', 'bytes=', 'bytes=0-1,30-40', 'pages=1-2', 'bytes=9-1', 'bytes=a-b', 'bytes 0-1'])
    assert.equal(readRange(ignored, 100), null, ignored)
})

test('whatever is asked, the answer lies inside the object', () => {
  const position = fc.oneof(fc.nat().map(String), fc.constantFrom('', ' ', 'x', '-1', '1e3', '99999999999999999999'))
  const range = fc.tuple(position, position).map(([from, to]) => `${from}-${to}`)
  const header = fc.oneof(
    fc.string(),
    fc.array(range, { maxLength: 4 }).map((all) => `bytes=${all.join(',')}`),
  )
  fc.assert(
    fc.property(header, fc.integer({ min: 0, max: 1e6 }), (text, size) => {
      try {
        const found = readRange(text, size)
        if (found !== null) assert.ok(0 <= found.start && found.start <= found.end && found.end < size)
      } catch (error) {
        assert.equal((error as { code?: string }).code, 'RANGE_INVALID')
      }
    }),
  )
})

test('an object that has not changed is not sent again, however its tag is written', () => {
  for (const tag of ['"a"', 'W/"a"', '"x", "a"', 'W/"x","y" , W/"a"', '*']) {
    assert.equal(statusOf({ 'if-none-match': tag }), 304, tag)
    assert.equal(statusOf({ 'if-none-match': tag }, 'HEAD'), 304, tag)
  }
  assert.equal(statusOf({ 'if-none-match': '"x", W/"y"' }), 200)
  assert.equal(statusOf({ 'if-modified-since': at }), 304)
  assert.equal(statusOf({ 'if-modified-since': before }), 200)
  assert.equal(statusOf({ 'if-modified-since': 'yesterday' }), 200)
  assert.equal(statusOf({ 'if-none-match': '"x"', 'if-modified-since': at }), 200, 'a tag counts more than a date')
  assert.equal(statusOf({ 'if-none-match': '"a"', 'cache-control': 'no-cache' }), 304, 'as `fetch` sends it')
})

test('a precondition that does not hold is refused', () => {
  for (const match of ['"a"', '"x", "a"', '*']) assert.equal(statusOf({ 'if-match': match }), 200, match)
  for (const match of ['"x"', 'W/"a"', '']) assert.equal(statusOf({ 'if-match': match }), 412, match)
  assert.equal(statusOf({ 'if-unmodified-since': before }), 412)
  assert.equal(statusOf({ 'if-unmodified-since': later }), 200)
  assert.equal(statusOf({ 'if-match': '"a"', 'if-unmodified-since': before }), 200, 'a tag counts more than a date')
})

test('a part is sent only of the object that the first part was of', () => {
  const range = 'bytes=0-1'
  assert.equal(statusOf({ range }), 206)
  for (const same of ['"a"', at]) assert.equal(statusOf({ range, 'if-range': same }), 206, same)
  for (const other of ['"x"', 'W/"a"', before, later, '"a", "x"', '*']) assert.equal(statusOf({ range, 'if-range': other }), 200, other)
  assert.equal(statusOf({ range: 'bytes=900-', 'if-range': '"x"' }), 200, 'another object has another size')
  assert.equal(statusOf({ range }, 'HEAD'), 200, 'a range is for GET')
  assert.equal(statusOf({ range: 'bytes=900-', 'if-none-match': '"a"' }), 304, 'what has not changed needs no range')
})
