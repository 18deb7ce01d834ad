import assert from 'node:assert/strict'
import { createHash } from 'node:crypto'
import { test } from 'node:test'
import { drawArt, variants } from './art.ts'
import { seedViewings } from './members.ts'
import { seedTitles } from './titles.ts'

const titles = seedTitles()

test('the demo is the same on every machine', () => {
  const everything = JSON.stringify([
    titles,
    seedViewings(titles),
    titles.slice(0, 20).map((title) => variants.map((variant) => drawArt(title, variant))),
  ])
  assert.equal(createHash('sha256').update(everything).digest('hex').slice(0, 16), 'd8dcf1464d13d639')
})

test('the demo has at least 200 films and series, in many languages, with a name and a picture each', () => {
  const shown = titles.filter((title) => title.kind !== 'EPISODE')
  assert.ok(shown.length >= 200)
  assert.equal(new Set(shown.map((title) => title.name)).size, shown.length)
  assert.ok(new Set(shown.map((title) => title.language)).size >= 10)
  for (const title of shown) for (const variant of variants) assert.match(drawArt(title, variant), /^<svg .*<\/svg>$/s)
})
