import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { clusterUrl, parseClusterUrl } from './cluster-url.ts'

const wanted = { schemes: ['kafka'], port: 9092, options: ['tls'], example: 'kafka://a:9092,b:9092' }
const host = fc.oneof(
  fc.domain(),
  fc.ipV4(),
  fc.ipV6().map((address) => `[${address}]`),
)
const server = fc.record({ host, port: fc.integer({ min: 1, max: 65_535 }) }, { noNullPrototype: true })

test('a URL names as many servers as it has, and user and password may hold any character', () => {
  fc.assert(
    fc.property(fc.array(server, { minLength: 1, maxLength: 4 }), fc.string(), fc.string(), (hosts, user, password) => {
      const list = hosts.map((each) => `${each.host}:${each.port}`).join(',')
      const text = `kafka://${encodeURIComponent(user)}:${encodeURIComponent(password)}@${list}/films?tls=true`
      assert.deepEqual(parseClusterUrl(text, wanted), { scheme: 'kafka', user, password, hosts, name: 'films', options: { tls: 'true' } })
    }),
  )
})

test('a server without a port has the usual one, and without a user there is none', () => {
  const parsed = parseClusterUrl('kafka://one,two:19092', wanted)
  assert.deepEqual(parsed?.hosts, [
    { host: 'one', port: 9092 },
    { host: 'two', port: 19092 },
  ])
  assert.deepEqual([parsed?.user, parsed?.password, parsed?.name], ['', '', ''])
})

test('what names no servers, another scheme or an unknown option is refused without showing its password', () => {
  for (const text of [
    'kafka://',
    'kafka://a:x',
    'kafka://a,,b',
    'http://a',
    'a:9092',
    'kafka://u:secret@a b',
    'kafka://u:secret@a?ssl=true',
  ])
    assert.throws(
      () => clusterUrl(wanted)(text, 'KAFKA_URL'),
      (error: Error & { code?: string }) => error.code === 'SETTING_INVALID' && !error.message.includes('secret'),
      text,
    )
  assert.equal(clusterUrl(wanted)('', 'KAFKA_URL'), '')
})
