import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { environmentOf, readConfig } from '#platform/settings/config.ts'
import { settings } from '#platform/settings/settings.ts'

const flags = Object.values(settings)
const switches = Object.entries(settings).flatMap(([key, each]) =>
  typeof each.value === 'boolean' ? [{ key: key as 'demo', flag: each.flag }] : [],
)
const faultsOf = (args: readonly string[], env: Readonly<Record<string, string>> = {}): string => {
  try {
    readConfig(args, env)
    return ''
  } catch (error) {
    return (error as Error).message
  }
}

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

test('every setting that is yes or no can be said in each way, and no other can be negated', () => {
  assert.ok(switches.length >= 3)
  for (const { key, flag } of switches) {
    assert.equal(readConfig([`--no-${flag}`], {})[key], false, `--no-${flag}`)
    assert.equal(readConfig([`--${flag}=false`], {})[key], false)
    assert.equal(readConfig([`--${flag}`], {})[key], true)
    assert.equal(readConfig([`--${flag}`, `--no-${flag}`], {})[key], false, 'the last one counts')
    assert.match(faultsOf([`--no-${flag}=true`]), /takes no value/)
  }
  for (const { flag, value } of flags)
    if (typeof value !== 'boolean') assert.match(faultsOf([`--no-${flag}`]), new RegExp(`^--no-${flag} is negated`))
})

test('a setting that needs a value and has none is refused, and does not take the next flag for it', () => {
  for (const { flag, value } of flags) {
    if (typeof value === 'boolean') continue
    for (const args of [[`--${flag}`], [`--${flag}=`], [`--${flag}`, '--json']])
      assert.match(faultsOf(args), new RegExp(`^--${flag} is `), args.join(' '))
  }
})

test('an empty variable is as one that is not set', () => {
  const empty = Object.fromEntries(flags.map(({ env }) => [env, '']))
  assert.deepEqual(readConfig([], empty), readConfig([], {}))
})

test('a name that is a letter away from a setting is named, with the setting that was meant', () => {
  const changed = fc.tuple(fc.constantFrom(...flags), fc.nat(), fc.constantFrom('drop', 'swap', 'double', 'lower'))
  fc.assert(
    fc.property(changed, ([{ env }, at, how]) => {
      const from = 1 + (at % (env.length - 2))
      const [head, letter, next, tail] = [env.slice(0, from), env[from], env[from + 1], env.slice(from + 2)]
      const name =
        how === 'lower'
          ? env.toLowerCase()
          : how === 'drop'
            ? `${head}${next}${tail}`
            : how === 'swap'
              ? `${head}${next}${letter}${tail}`
              : `${head}${letter}${letter}${next}${tail}`
      if (flags.some((each) => each.env === name)) return
      assert.match(faultsOf([], { [name]: 'x' }), new RegExp(`^Unknown setting ${name}\\. Did you mean ${env}\\?`))
    }),
  )
})

test('the usual names for the address of an engine are named, and what orchestrators and other programs set is left alone', () => {
  for (const [name, meant] of [
    ['KAFKA_BROKERS', 'KAFKA_URL'],
    ['KAFKA_BOOTSTRAP_SERVERS', 'KAFKA_URL'],
    ['REDIS_URL', 'REDIS_URLS'],
    ['CASSANDRA_HOSTS', 'CASSANDRA_URL'],
    ['POSTGRES_URL', 'DATABASE_URL'],
    ['DATABASE_URI', 'DATABASE_URL'],
    ['ELASTICSEARCH_HOSTS', 'ELASTICSEARCH_URL'],
    ['S3_URL', 'S3_ENDPOINT'],
  ] as const)
    assert.match(faultsOf([], { [name]: 'x' }), new RegExp(`^Unknown setting ${name}\\. Did you mean ${meant}\\?`))
  const foreign = [
    'REDIS_PORT',
    'REDIS_SERVICE_HOST',
    'KAFKA_HOME',
    'PGHOST',
    'PORT',
    'SPARK_HOME',
    'JAVA_HOME',
    'WS_ENDPOINT',
    'OTEL_SERVICE_NAME',
  ]
  assert.equal(faultsOf([], Object.fromEntries(foreign.map((name) => [name, 'x']))), '')
})

test('an unknown flag is named with the one that was meant', () => {
  assert.match(faultsOf(['--prot-base', '5000']), /Unknown setting --prot-base\. Did you mean --port-base\?/)
  assert.match(faultsOf(['--no-demo-fotage']), /Did you mean --no-demo-footage\?/)
})
