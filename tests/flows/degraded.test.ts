import assert from 'node:assert/strict'
import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { test } from 'node:test'
import { readConfig } from '#platform/settings/config.ts'
import { bootPlatform } from '../boot.ts'
import { Device, type DeviceKind, until } from '../member.ts'

type AnyHome = {
  readonly degraded: readonly string[]
  readonly rows?: readonly { readonly heading: string; readonly cards: readonly unknown[] }[]
  readonly shelves?: readonly { readonly heading: string; readonly tiles: readonly unknown[] }[]
}
const kinds: readonly DeviceKind[] = ['tv', 'mobile', 'web']
/** Far above what a warm answer takes, far below what a member would wait. */
const budgetMs = 1_500

const home = async (device: Device): Promise<AnyHome & { readonly ms: number; readonly headings: readonly string[] }> => {
  const started = performance.now()
  const { data, errors } = await device.ask<{ home: AnyHome }>('home')
  assert.deepEqual(errors, [])
  return { ...data.home, ms: performance.now() - started, headings: (data.home.rows ?? data.home.shelves ?? []).map((row) => row.heading) }
}

const signedIn = async (links: ConstructorParameters<typeof Device>[0], kind: DeviceKind): Promise<Device> => {
  const device = new Device(links, kind)
  await device.signIn()
  return device
}

test('recs stopped: home shows the Top 10 on every device and says what is missing', async () => {
  await using platform = await bootPlatform({ remote: ['recs'] })
  await platform.stop('recs')
  for (const kind of kinds) {
    const answer = await home(await signedIn(platform.links, kind))
    assert.deepEqual(answer.degraded, ['recs'], kind)
    assert.ok(answer.headings.includes('Top 10'), kind)
    assert.ok(answer.ms < budgetMs, `${kind} took ${answer.ms} ms`)
  }
})

test('history stopped: home and title answer without "continue watching" on every device', async () => {
  await using platform = await bootPlatform({ remote: ['history'] })
  const { prisma } = platform.database
  await until('recs know the catalogue', 20_000, async () => (await prisma.titleFeature.count()) === (await prisma.title.count()))
  const devices = await Promise.all(kinds.map((kind) => signedIn(platform.links, kind)))
  await platform.stop('history')
  for (const device of devices) {
    const answer = await home(device)
    assert.deepEqual(answer.degraded, ['history'])
    assert.ok(!answer.headings.includes('Continue watching'))
    assert.ok(answer.headings.length > 3, 'the rest of the screen is there')
    assert.ok(answer.ms < budgetMs, `took ${answer.ms} ms`)
    const { data } = await device.ask<{ title: { name: string; degraded: readonly string[] } }>('title', { id: 't-0001' })
    assert.deepEqual(data.title.degraded, ['history'])
  }
})

test('search index stopped: search compares beginnings of names, says so, and home does not notice', async () => {
  await using platform = await bootPlatform()
  await platform.stop('search')
  for (const kind of kinds) {
    const device = await signedIn(platform.links, kind)
    const { data } = await device.ask<{
      search: { degraded: readonly string[]; cards?: readonly { name: string }[]; tiles?: readonly { name: string }[] }
    }>('search', { text: 'orbital sig' })
    assert.deepEqual(data.search.degraded, ['search'], kind)
    assert.equal((data.search.cards ?? data.search.tiles)?.[0]?.name, 'Orbital Signal', kind)
    assert.deepEqual((await home(device)).degraded, [], kind)
  }
})

/** A service that takes every connection and request, and never answers. */
const silence = async (stack: AsyncDisposableStack): Promise<string> => {
  const server = createServer(() => undefined).listen(0, '127.0.0.1')
  stack.defer(() => {
    server.closeAllConnections()
    server.close()
  })
  await once(server, 'listening')
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`
}

for (const name of ['recs', 'history'] as const)
  test(`${name} that hangs costs its own part of home, in time, on every device`, async () => {
    await using stack = new AsyncDisposableStack()
    const { subgraphUrls } = readConfig([], {})
    const config = { subgraphUrls: { ...subgraphUrls, [name]: await silence(stack) } }
    const platform = stack.use(await bootPlatform({ config }))
    for (const kind of kinds) {
      const device = await signedIn(platform.links, kind)
      for (let times = 0; times < 3; times += 1) {
        const answer = await home(device)
        assert.deepEqual(answer.degraded, [name], kind)
        assert.ok(answer.headings.length > 0 && answer.ms < budgetMs, `${kind} took ${answer.ms} ms`)
      }
    }
  })
