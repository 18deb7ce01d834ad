import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { answerIn } from './answer.ts'
import { hashOf, routeOf } from './route.ts'

test('whatever stands in the address bar names a view', () => {
  for (const hash of ['', '#', '#/', '#/%', '#/%E0%A4%A', '#/title/%ff', '#//%%%//', '#/search/50%', `#/${'/'.repeat(10_000)}`])
    assert.ok(
      routeOf(hash).every((part) => part !== ''),
      hash,
    )
  fc.assert(
    fc.property(fc.oneof(fc.string({ unit: 'binary' }), fc.stringMatching(/^#\/[%0-9a-fA-F/]{0,20}$/)), (hash) => {
      assert.ok(Array.isArray(routeOf(hash)))
    }),
  )
})

test('the address of a view names that view, also when an id or a search is made of signs that mean something in an address', () => {
  fc.assert(
    fc.property(
      fc.array(fc.oneof(fc.string({ minLength: 1 }), fc.constantFrom('%', '/', '#', '?', '..', '50%', 'ä')), { maxLength: 4 }),
      (parts) => {
        assert.deepEqual(routeOf(hashOf(parts)), parts)
      },
    ),
  )
})

test('a member never reads a page of a proxy, a parser’s complaint or a trace of calls', () => {
  const sent = [
    '<html><h1>502 Bad Gateway</h1></html>',
    '',
    'null',
    '5',
    '[]',
    '{}',
    '{"error":{"code":"INTERNAL","message":"at Object.<anonymous>"}}',
    '{"data":',
    '\0',
  ]
  for (const text of sent)
    assert.deepEqual(
      answerIn(text).errors?.map(({ message }) => message),
      ['Something went wrong on our side. Try again in a moment.'],
      text,
    )
  assert.deepEqual(answerIn('{"data":{"home":null}}'), { data: { home: null } })
})
