import assert from 'node:assert/strict'
import { test } from 'node:test'
import { createMemoryCache } from '#platform/adapters/cache.memory.ts'
import type { Ask, Operation } from '#platform/graphql/operation.ts'
import type { Watcher } from './context.ts'
import { createTitles } from './load-titles.ts'

type Card = { readonly id: string; readonly maturity: number; readonly available: boolean; readonly picture: string }
type Titles = Operation<{ readonly titles: readonly (Card | null)[] }, { readonly ids: string[] }>

test('two devices on one cache each get the fields that they select, of one title, in one region and language', async () => {
  const createCache = createMemoryCache()
  const asked: string[] = []
  const ask: Ask = async ({ text }, variables) => {
    asked.push(text)
    const ids = (variables as unknown as { readonly ids: readonly string[] }).ids
    return { data: { titles: ids.map((id) => ({ id, maturity: 0, available: true, picture: text })) } as never, errors: [] }
  }
  const watcher = { ask, region: 'US', viewer: { language: 'en' } } as Watcher
  const [tv, web, sameAsTv] = ['{ landscape }', '{ hero }', '{ landscape }'].map((text) =>
    createTitles<Card>({ text } as Titles, createCache),
  )
  assert.ok(tv && web && sameAsTv)
  assert.equal((await tv(watcher, ['t-1'])).get('t-1')?.picture, '{ landscape }')
  assert.equal((await web(watcher, ['t-1'])).get('t-1')?.picture, '{ hero }')
  assert.equal((await sameAsTv(watcher, ['t-1'])).get('t-1')?.picture, '{ landscape }')
  assert.deepEqual(asked, ['{ landscape }', '{ hero }'], 'what selects the same is asked once')
})
