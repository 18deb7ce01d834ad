import { randomUUID } from 'node:crypto'
import { test } from 'node:test'
import { z } from 'zod'
import { settingsWithoutAdapter } from '#platform/engines/table.ts'

/** Holds the settings of the engines that are up, as JSON, while `npm run test:engines` runs. */
export const engineTestsVariable = 'CINEGRAPH_TEST_ENGINES'

/** Where the programs of engines are kept, for tests that start servers of their own. */
export const engineCacheVariable = 'CINEGRAPH_TEST_ENGINES_CACHE'

type Settings = Readonly<Record<string, string>>

/** NOTE: a server can be brought up before there is an adapter that uses it. */
const settingsOfAll = (): Settings => {
  const settings = z.record(z.string(), z.string()).parse(JSON.parse(process.env[engineTestsVariable] ?? '{}'))
  return Object.fromEntries(Object.entries(settings).filter(([name]) => !settingsWithoutAdapter.includes(name)))
}

/** What keeps those apart who use one server: the setting that names a part of it, by the setting that chooses the engine. */
const ownParts: Readonly<Record<string, (own: string, value: string) => Settings>> = {
  REDIS_URLS: (own) => ({ REDIS_PREFIX: own }),
  DATABASE_URL: (own, url) => ({ DATABASE_URL: url.replace(/[^/]*$/, own) }),
  KAFKA_URL: (own, url) => ({ KAFKA_URL: `${url}/${own}?partitions=4` }),
  ELASTICSEARCH_URL: (own) => ({ ELASTICSEARCH_PREFIX: own }),
  S3_ENDPOINT: (own) => ({ S3_PREFIX: own }),
  CASSANDRA_URL: (own, url) => ({ CASSANDRA_URL: `${url}/${own}` }),
}

/** Settings for the engines that are up, with a part of each server that is the caller's own; none outside of `npm run test:engines`. */
export const ownSettings = (): Settings => {
  const settings = settingsOfAll()
  const own = `test_${randomUUID().replaceAll('-', '').slice(0, 12)}`
  return Object.assign({ ...settings }, ...Object.keys(settings).map((name) => ownParts[name]?.(own, settings[name] ?? '') ?? {}))
}

/** Declares tests of an engine when it is up, else one that is skipped and says so. */
export const whenUp = (engine: string, setting: string, declare: () => void): void => {
  if (settingsOfAll()[setting] !== undefined) declare()
  else test(`the promises of ${engine}`, { skip: `it is not up: npm run engines -- up ${engine}` }, () => undefined)
}
