import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { nextEpisodeOf } from './next-episode.ts'

const facts = fc.record({
  maturity: fc.constantFrom(0, 12, 18),
  available: fc.boolean(),
  media: fc.record({ state: fc.constantFrom('READY', 'NONE', 'PREPARING', 'FAILED') }),
})
const seasons = fc.array(fc.array(facts, { maxLength: 5 }), { maxLength: 4 }).map((given) =>
  given.map((episodes, at) => ({
    number: at + 1,
    episodes: episodes.map((each, nth) => ({ ...each, id: `s${at + 1}e${nth + 1}`, name: `Part ${nth + 1}`, episode: nth + 1 })),
  })),
)

test('the next episode is the first behind this one, over seasons, that may be seen and can be played; after the last there is none', () => {
  fc.assert(
    fc.property(seasons, fc.nat(), (given, seed) => {
      const all = given.flatMap(({ episodes }) => episodes)
      const at = seed % Math.max(1, all.length)
      const expected = all.slice(at + 1).find(({ maturity, available, media }) => maturity <= 12 && available && media.state === 'READY')
      const next = nextEpisodeOf(all[at]?.id ?? '', { seasons: given }, { maturityLimit: 12 })
      assert.equal(next?.id, expected?.id)
      if (next) assert.equal(next.label, next.id.replace('s', 'S').replace('e', ' E'))
    }),
  )
})

test('what is no episode, or stands in another series, has no next one', () => {
  const media = { state: 'READY' }
  const series = { seasons: [{ number: 1, episodes: [{ id: 'a', name: 'A', episode: 1, maturity: 0, available: true, media }] }] }
  assert.equal(nextEpisodeOf('film', null, { maturityLimit: 18 }), null)
  assert.equal(nextEpisodeOf('film', series, { maturityLimit: 18 }), null)
})
