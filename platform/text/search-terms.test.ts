import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { fold, searchTerms } from '#platform/text/search-terms.ts'

test('words are folded: no capitals, accents, punctuation or apostrophes', () => {
  assert.deepEqual(searchTerms('Amélie, et la MARÉE!'), ['amelie', 'et', 'la', 'maree'])
  assert.deepEqual(searchTerms("Dubois' l’été — 2001"), ['dubois', 'lete', '2001'])
  assert.deepEqual(searchTerms('  *** … '), [])
  assert.equal(fold('Żółty Płaszcz'), 'zolty plaszcz')
})

test('a run of Han, Kana or Hangul becomes its overlapping pairs, so that any part of two signs finds it', () => {
  assert.deepEqual(searchTerms('カタカナ'), ['カタ', 'タカ', 'カナ'])
  assert.deepEqual(searchTerms('노래'), ['노래'])
  assert.deepEqual(searchTerms('星'), ['星'])
  assert.deepEqual(searchTerms('カナダ'), ['カナ', 'ナダ'])
})

test('full-width and half-width forms are one word, and any text gives terms without an error', () => {
  assert.deepEqual(searchTerms('ＡＢＣ'), ['abc'])
  fc.assert(
    fc.property(fc.string({ unit: 'binary', maxLength: 20 }), (text) => {
      for (const term of searchTerms(text)) assert.ok(term.length > 0)
    }),
  )
})
