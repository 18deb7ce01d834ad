import assert from 'node:assert/strict'
import { test } from 'node:test'
import { openEngines } from '#platform/engines/engines.ts'
import type { Need } from '#platform/engines/table.ts'
import { isCinegraphError } from '#platform/errors/errors.ts'
import { readConfig } from '#platform/settings/config.ts'
import { copyDatabase, log, temporaryFolder } from '../boot.ts'
import { freePortBase, startAndEnd } from '../run.ts'
import { ownSettings, whenUp } from './up.ts'

type Settings = Readonly<Record<string, string>>

/** What chooses each engine, and how it names a server that is at some address, speaking TLS or not. */
const choices: readonly { readonly need: Need; readonly setting: string; readonly at: (host: string, tls: boolean) => string }[] = [
  { need: 'events', setting: 'KAFKA_URL', at: (host, tls) => `kafka://user:pass-word@${host}${tls ? '?tls=true' : ''}` },
  { need: 'cassandra', setting: 'CASSANDRA_URL', at: (host, tls) => `cassandra://user:pass-word@${host}${tls ? '?tls=true' : ''}` },
  { need: 'cache', setting: 'REDIS_URLS', at: (host, tls) => `redis${tls ? 's' : ''}://user:pass-word@${host}` },
  { need: 'search', setting: 'ELASTICSEARCH_URL', at: (host, tls) => `http${tls ? 's' : ''}://user:pass-word@${host}` },
  { need: 'objects', setting: 'S3_ENDPOINT', at: (host, tls) => `http${tls ? 's' : ''}://${host}` },
]

/** The first server of each engine that is up. */
const hostsOf = (settings: Settings): readonly string[] =>
  choices.flatMap(({ setting }) => /\/\/(?:[^@/]*@)?([^/,;?]+)/.exec(settings[setting] ?? '')?.[1] ?? [])

const refusalOf = async (need: Need, settings: Settings): Promise<Error> => {
  await using engines = openEngines(readConfig([], { ...settings, CINEGRAPH_DATABASE_WAIT_SECONDS: '1' }), log)
  return engines.open(need).then(
    () => assert.fail(`${need} opens`),
    (error: Error) => error,
  )
}

whenUp('redis', 'REDIS_URLS', () => {
  test('a server of another kind, one that speaks no TLS, and none at all are one sentence each that names the setting', {
    timeout: 280_000,
  }, async () => {
    await using database = await copyDatabase()
    const s3 = { S3_BUCKET: 'b', S3_ACCESS_KEY_ID: 'a', S3_SECRET_ACCESS_KEY: 'pass-word' }
    const wrong = choices.flatMap(({ need, setting, at }) => {
      const own = hostsOf({ [setting]: ownSettings()[setting] ?? '' })
      const others = hostsOf(ownSettings()).filter((host) => !own.includes(host))
      const addresses = [...others.map((host) => at(host, false)), ...own.map((host) => at(host, true)), at('127.0.0.1:1', false)]
      return addresses.map((address) => ({ need, setting, address }))
    })
    for (const { need, setting, address } of wrong) {
      const settings = { DATABASE_URL: database.url, ...(need === 'objects' ? s3 : {}), [setting]: address }
      const error = await refusalOf(need, settings)
      const what = `${setting}=${address}: ${error.message}`
      assert.ok(isCinegraphError(error) && ['ENGINE_REFUSES', 'ENGINE_ABSENT'].includes(error.code), what)
      assert.match(error.message, new RegExp(`orrect .*${setting}`), what)
      assert.doesNotMatch(error.message, /\n|pass-word/, what)
      assert.ok(error.message.length < 500, what)
    }
  })

  test('npm start on a server that is not there waits for it, with progress, then says one sentence and ends with exit code 1', async () => {
    await using folder = await temporaryFolder()
    const args = ['--data', folder.path, '--port-base', String(await freePortBase()), '--database-wait-seconds', '7']
    const { code, stdout, stderr } = await startAndEnd(args, { ...ownSettings(), REDIS_URLS: 'redis://127.0.0.1:1' })
    const said = `${stdout}\n${stderr}`
    assert.equal(code, 1, said)
    assert.match(said, /waiting for Redis/)
    assert.match(said, /Redis at 127\.0\.0\.1:1 has not answered within 7 s .*correct REDIS_URLS/)
    assert.doesNotMatch(said, /^\s+at .*\.ts/m, 'no stack')
  })
})
