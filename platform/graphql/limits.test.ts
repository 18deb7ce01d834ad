import assert from 'node:assert/strict'
import { test } from 'node:test'
import { buildSchema, parse, validate } from 'graphql'
import { limitQuery } from '#platform/graphql/limits.ts'

const schema = buildSchema('type Query { a(first: Int): Query  b: Int }')
const codes = (query: string): unknown[] =>
  validate(schema, parse(query), [limitQuery({ depthMax: 5, aliasesMax: 3, costMax: 1_000 })]).map((error) => error.extensions.code)

test('an ordinary query passes', () => assert.deepEqual(codes('{ a(first: 10) { a { b } } }'), []))
test('a query that is too deep is refused', () => assert.deepEqual(codes('{ a { a { a { a { a { b } } } } } }'), ['QUERY_TOO_DEEP']))
test('a query with too many aliases is refused', () => assert.deepEqual(codes('{ a: b c: b d: b e: b }'), ['QUERY_TOO_MANY_ALIASES']))
test('lists of lists are refused by their product', () =>
  assert.deepEqual(codes('{ a(first: 100) { a(first: 100) { b } } }'), ['QUERY_TOO_COSTLY']))
test('fragments that double at each level are refused, quickly', () => {
  const levels = Array.from({ length: 30 }, (_, at) => `fragment f${at} on Query { ...f${at + 1} ...f${at + 1} }`).join(' ')
  const started = performance.now()
  assert.ok(codes(`{ ...f0 } ${levels} fragment f30 on Query { b }`).includes('QUERY_TOO_COSTLY'))
  assert.ok(performance.now() - started < 1_000)
})
test('a fragment that spreads itself does not hang', () => assert.deepEqual(codes('{ ...f } fragment f on Query { b ...f }'), []))
