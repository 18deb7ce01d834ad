import assert from 'node:assert/strict'
import { hostname } from 'node:os'
import { test } from 'node:test'
import fc from 'fast-check'
import { hostCheck, openerCheck } from '#platform/http/hosts.ts'

const port = fc.option(
  fc.nat({ max: 65_535 }).map((each) => `:${each}`),
  { nil: '' },
)

test('a name that somebody can own is refused unless it is known; addresses and names of this machine never are', () => {
  const isKnown = hostCheck(['films.example'])
  fc.assert(
    fc.property(fc.domain(), port, (domain, suffix) => isKnown(`${domain}${suffix}`) === (domain === 'films.example')),
    { examples: [['films.example', ':80']] },
  )
  const label = fc.stringMatching(/^[a-z0-9-]{1,20}$/)
  const own = fc.oneof(
    fc.ipV4(),
    fc.ipV6().map((each) => `[${each}]`),
    label,
    label.map((each) => `${each}.localhost`),
  )
  fc.assert(fc.property(own, port, (host, suffix) => isKnown(`${host}${suffix}`)))
  for (const host of ['localhost', 'FILMS.example:4000', 'films.example.', '[::1]:4000', `${hostname()}:4000`, undefined])
    assert.ok(isKnown(host), host)
  for (const host of ['127.1', 'films.example.evil.example', 'evil.example:films.example', '[films.example', 'films.example@evil.example'])
    assert.ok(!isKnown(host), host)
  assert.ok(hostCheck(['*'])('anything.example'))
})

test('a page opens a WebSocket where it may read: at its own host, or by a setting', () => {
  const mayOpen = openerCheck([], ['https://shop.example'])
  const host = '127.0.0.1:4003'
  for (const origin of [undefined, 'http://127.0.0.1:4003', 'https://shop.example'])
    assert.ok(mayOpen({ host, ...(origin ? { origin } : {}) }), origin)
  for (const origin of [
    'null',
    '',
    'http://127.0.0.1:4004',
    'http://127.0.0.1',
    'https://shop.example.evil.example',
    'http://shop.example',
    '*',
  ])
    assert.ok(!mayOpen({ host, origin }), origin)
  assert.ok(!mayOpen({ host: 'evil.example', origin: 'http://evil.example' }))
  assert.ok(openerCheck([], ['*'])({ host, origin: 'https://anybody.example' }))
})
