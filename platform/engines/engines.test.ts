import assert from 'node:assert/strict'
import { test } from 'node:test'
import { createMemoryCache } from '#platform/adapters/cache.memory.ts'
import { openEngines } from '#platform/engines/engines.ts'
import { createLog } from '#platform/observe/log.ts'
import { readConfig } from '#platform/settings/config.ts'

test('an engine that is still being opened when all are closed is closed too, and one that fails stops no other', async () => {
  const [opening, closed] = [Promise.withResolvers<void>(), Promise.withResolvers<string>()]
  const engines = openEngines(readConfig([], {}), createLog('test', 'silent'), {
    cache: async () => {
      await opening.promise
      return Object.assign(createMemoryCache(), { [Symbol.asyncDispose]: async () => closed.resolve('closed') })
    },
    leases: async () => {
      throw new Error('it is away')
    },
  })
  const cache = engines.open('cache')
  await assert.rejects(engines.open('leases'), /it is away/)
  const ending = engines[Symbol.asyncDispose]()
  opening.resolve()
  await ending
  assert.equal(await Promise.race([closed.promise, 'left open']), 'closed')
  await cache
})
