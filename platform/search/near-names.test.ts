import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { distanceOf } from '#platform/search/distance.ts'
import { namesSpelled, nearNames, probablyMeant, typedPhrase } from '#platform/search/near-names.ts'

const words = fc.array(fc.string({ unit: fc.constantFrom(...'abcdefghij'), minLength: 3, maxLength: 8 }), { minLength: 1, maxLength: 4 })
const name = words.map((each) => each.join(' '))

test('a name is no way from itself, less than an error from its beginning, and an error at most for each that was made', () => {
  fc.assert(
    fc.property(name, fc.nat(), fc.nat(2), fc.constantFrom('x', 'y'), (text, place, way, letter) => {
      const at = place % text.length
      const wrong = [
        text.slice(0, at) + text.slice(at + 1),
        text.slice(0, at) + letter + text.slice(at),
        text.slice(0, at) + letter + text.slice(at + 1),
      ]
      assert.equal(distanceOf(text, text, 5), 0)
      assert.ok(distanceOf(text.slice(0, at + 1).trim(), text, 5) < 1)
      assert.ok(distanceOf(wrong[way] ?? '', text, 5) <= 1)
    }),
  )
})

test('two letters exchanged are one error, and what is further than the limit is not near at all', () => {
  assert.equal(distanceOf('matrxi', 'matrix', 5), 1)
  assert.equal(distanceOf('spiderman', 'spider man', 5), 0.5)
  assert.equal(distanceOf('elephant', 'matrix', 3), Infinity)
})

test('what was typed rightly comes before what was typed with an error, whatever is more wanted', () => {
  const titles = [
    { id: 'right', names: ['Heat'], popularity: 0 },
    { id: 'longer', names: ['Heat and Dust'], popularity: 0.5 },
    { id: 'error', names: ['Heap'], popularity: 1 },
  ]
  const near = nearNames(typedPhrase('HEAT!'), titles.flatMap(namesSpelled))
  assert.deepEqual(
    near.map(({ id, errors }) => [id, errors]),
    [
      ['right', 0],
      ['longer', 0],
      ['error', 1],
    ],
  )
  assert.equal(probablyMeant(near), null)
  assert.equal(probablyMeant(nearNames('heaat', titles.flatMap(namesSpelled))), 'Heat')
})
