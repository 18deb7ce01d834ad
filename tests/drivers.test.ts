import assert from 'node:assert/strict'
import { mkdtemp, rm } from 'node:fs/promises'
import { registerHooks } from 'node:module'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'

/** Packages that no embedded engine uses. */
const drivers = /node_modules\/(ioredis|@aws-sdk|@elastic|cassandra-driver|kafkajs)\//

test('a driver is loaded when its engine is chosen, and not before', async (t) => {
  const loaded: string[] = []
  registerHooks({
    load: (url, context, next) => {
      const [, name] = drivers.exec(url) ?? []
      if (name !== undefined) loaded.push(name)
      return next(url, context)
    },
  })
  const { openEngines } = await import('#platform/engines/engines.ts')
  const { createLog } = await import('#platform/observe/log.ts')
  const { readConfig } = await import('#platform/settings/config.ts')
  const folder = await mkdtemp(join(tmpdir(), 'cinegraph-drivers-'))
  t.after(() => rm(folder, { recursive: true, force: true }))
  const log = createLog('test', 'silent')
  await using embedded = openEngines(readConfig([], { CINEGRAPH_DATA: folder }), log)
  for (const need of ['objects', 'mailbox', 'cache', 'search'] as const) await embedded.open(need)
  assert.deepEqual(loaded, [])
  const nowhere = { REDIS_URLS: 'redis://127.0.0.1:1', CINEGRAPH_DATABASE_WAIT_SECONDS: '0' }
  await using chosen = openEngines(readConfig([], nowhere), log)
  await assert.rejects(chosen.open('cache'), { code: 'ENGINE_ABSENT' })
  assert.deepEqual([...new Set(loaded)], ['ioredis'])
})
