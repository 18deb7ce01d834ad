import assert from 'node:assert/strict'
import test from 'node:test'
import fc from 'fast-check'
import type { Tree } from '../tree.ts'
import { createMerger, mergeIntoAll } from './merge.ts'

const isObjectType = (name: unknown): boolean => name === 'Film'

test('a compiled merge does what the general one does', () => {
  const value = fc.oneof(
    fc.constantFrom(null, 'Film', 'Media', 1, 'x'),
    fc.constantFrom({ a: 1 }, [{ b: 2 }], [null], []).map((each) => structuredClone(each)),
  )
  const key = fc.constantFrom('a', 'b', 'the "c"', '__typename', '__proto__', 'constructor')
  const tree = fc.uniqueArray(fc.tuple(key, value), { maxLength: 4, selector: ([name]) => name }).map((entries): Tree => {
    const made: Tree = {}
    for (const [name, each] of entries)
      Object.defineProperty(made, name, { value: each, enumerable: true, writable: true, configurable: true })
    return made
  })
  fc.assert(
    fc.property(fc.array(fc.tuple(fc.array(tree, { maxLength: 5 }), tree), { maxLength: 12 }), (merges) => {
      const merge = createMerger(isObjectType, 0)
      for (const [targets, source] of merges) {
        const [expected, given] = [structuredClone(targets), structuredClone(source)]
        mergeIntoAll(expected, given, isObjectType)
        merge(targets, source)
        assert.deepEqual(targets, expected)
      }
    }),
  )
})
