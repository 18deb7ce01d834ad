import assert from 'node:assert/strict'
import { test } from 'node:test'
import { environmentOf, readConfig, settings } from '#platform/settings/config.ts'

test('a flag wins over the environment, and the environment over the default', () => {
  const config = readConfig(['--port-base', '5000'], { CINEGRAPH_PORT_BASE: '6000', CINEGRAPH_HOST: '0.0.0.0' })
  assert.equal(config.portBase, 5000)
  assert.equal(config.host, '0.0.0.0')
  assert.equal(config.region, settings.region.value)
})

test('a child process reads the same configuration from its environment', () => {
  const config = readConfig(['--data', '/d', '--no-demo', '--edge-urls', 'http://a,http://b', '--json'], {})
  assert.deepEqual(readConfig([], environmentOf(config)), config)
  assert.equal(environmentOf(config).APOLLO_KEY, undefined, 'what has no value is not set')
})

test('everything that is wrong is said at once', () => {
  assert.throws(
    () => readConfig(['--nope', 'stray', '--region', 'usa'], { DATABASE_URL: 'mysql://x', CINEGRAPH_TYPO: '1' }),
    (error: AggregateError) => error.errors.length === 5 && /--nope/.test(error.message) && /stray/.test(error.message),
  )
})
