import assert from 'node:assert/strict'
import { test } from 'node:test'
import { createMemoryCache } from '#platform/adapters/cache.memory.ts'
import { CinegraphError } from '#platform/errors/errors.ts'
import type { Ask } from '#platform/graphql/operation.ts'
import { createLog } from '#platform/observe/log.ts'
import type { Watcher } from './context.ts'
import { createSkeletons } from './skeleton.ts'

test('home is there with whatever answers, down to nothing at all, and says what is missing', async () => {
  const { home } = createSkeletons({ log: createLog('test', 'silent'), createCache: createMemoryCache() })
  const size = { rows: 2, titles: 2, started: 2, listed: 2 }
  const ask: Ask = async () => {
    throw new CinegraphError('SUBGRAPH_UNAVAILABLE', { name: 'asked' })
  }
  const watcher = { ask, region: 'US', viewer: { profileId: 'p-1' } } as Watcher
  const { rows, started, listed, degraded } = await home(watcher, size)
  assert.deepEqual({ rows, started, listed, degraded }, { rows: [], started: [], listed: [], degraded: ['recs', 'history'] })
  const knowsNothing: Ask = async ({ text }) => {
    if (text.includes('topTen')) throw new CinegraphError('SUBGRAPH_UNAVAILABLE', { name: 'catalog' })
    const data = text.includes('homeRows') ? { homeRows: [] } : { continueWatching: [], myList: { edges: [] }, ratedTitles: [] }
    return { data: data as never, errors: [] }
  }
  assert.ok((await home({ ...watcher, ask: knowsNothing }, size)).degraded.includes('recs'))
})
