import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { lineOf } from '#platform/identity/client-address.ts'

test('whoever has a network of IPv6 addresses is counted as one, however an address is written', () => {
  const group = fc.nat(0xffff).map((n) => n.toString(16))
  fc.assert(
    fc.property(fc.array(group, { minLength: 4, maxLength: 4 }), fc.array(group, { minLength: 4, maxLength: 4 }), (network, host) => {
      fc.pre(network.some((each) => each !== '0'))
      const written = [...network, ...host].join(':')
      const short = new URL(`http://[${written}]`).hostname.slice(1, -1)
      assert.equal(lineOf(written), network.join(':'))
      assert.equal(lineOf(short), network.join(':'))
      assert.equal(lineOf(`${written.toUpperCase()}%eth0`), network.join(':'))
    }),
  )
})

test('an IPv4 address is itself, also within IPv6; this machine and what is no address are nobody', () => {
  assert.equal(lineOf('203.0.113.9'), '203.0.113.9')
  assert.equal(lineOf('::ffff:203.0.113.9'), '203.0.113.9')
  for (const none of ['127.0.0.1', '127.9.9.9', '::1', '::ffff:127.0.0.1', '', 'unknown', '1.2.3', 'a, b'])
    assert.equal(lineOf(none), null, none)
})
