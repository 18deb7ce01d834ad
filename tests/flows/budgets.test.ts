import assert from 'node:assert/strict'
import { once } from 'node:events'
import { type IncomingMessage, request } from 'node:http'
import { join } from 'node:path'
import { test } from 'node:test'
import { registry } from '#platform/observe/metrics.ts'
import { subgraphNames } from '#platform/settings/subgraphs.ts'
import { readDocuments } from '../../bffs/device/documents.ts'
import { bootPlatform, type Platform } from '../boot.ts'
import { Device, type DeviceKind } from '../member.ts'

const kilobyte = 1_024
/** Bytes of an answer's body on the wire, as a client that reads gzip gets it. */
const budgets: Readonly<Record<DeviceKind, { readonly home: number; readonly title: number; readonly search: number }>> = {
  tv: { home: 6 * kilobyte, title: 3 * kilobyte, search: 3 * kilobyte },
  mobile: { home: 4 * kilobyte, title: 3 * kilobyte, search: 3 * kilobyte },
  web: { home: 8 * kilobyte, title: 3 * kilobyte, search: 3 * kilobyte },
}
const fetchesMax = 6
const firstLoadBytesMax = 150 * kilobyte

type Asked = { readonly method?: string; readonly headers?: Readonly<Record<string, string>>; readonly body?: string }

/** An answer as it came over the wire: `fetch` would have made it long again. */
const receive = async (url: string, { method = 'GET', headers = {}, body }: Asked = {}) => {
  const sent = request(url, { method, headers: { 'accept-encoding': 'gzip', ...headers } })
  sent.end(body)
  const [answer] = (await once(sent, 'response')) as [IncomingMessage]
  let bytes = 0
  for await (const chunk of answer) bytes += (chunk as Buffer).length
  return { status: answer.statusCode, bytes, coding: answer.headers['content-encoding'] }
}

const wireBytes = (platform: Platform, device: Device, kind: DeviceKind) => {
  const documents = readDocuments(join(import.meta.dirname, '../../bffs', kind))
  return async (name: string, variables = {}): Promise<number> => {
    const headers = { 'content-type': 'application/json', authorization: `Bearer ${device.token}` }
    const body = JSON.stringify({ query: documents.get(name), variables })
    return (await receive(`${platform.links[kind]}/graphql`, { method: 'POST', headers, body })).bytes
  }
}

/** How many requests the subgraphs have answered. */
const answeredFetches = async (): Promise<number> => {
  const metric = (await registry.getMetricsAsJSON()).find(({ name }) => name === 'cinegraph_http_request_seconds')
  const counts = (metric?.values ?? []) as readonly { metricName?: string; labels: { server?: string; route?: string }; value: number }[]
  const ofSubgraphs = counts.filter(
    ({ metricName, labels }) =>
      metricName?.endsWith('_count') && labels.route === '/graphql' && (subgraphNames as readonly string[]).includes(labels.server ?? ''),
  )
  return ofSubgraphs.reduce((sum, { value }) => sum + value, 0)
}

for (const kind of ['tv', 'mobile', 'web'] as const)
  test(`${kind}: each screen is within its bytes, and a home that nobody asked for before within its fetches`, async (context) => {
    await using platform = await bootPlatform({ remote: [...subgraphNames] })
    const device = new Device(platform.links, kind)
    await device.signIn()
    const before = await answeredFetches()
    const { errors } = await device.ask('home')
    assert.deepEqual(errors, [])
    const fetches = (await answeredFetches()) - before
    assert.ok(fetches > 0 && fetches <= fetchesMax, `${fetches} fetches`)
    const bytesOf = wireBytes(platform, device, kind)
    const home = await bytesOf('home')
    const titles = await platform.database.prisma.title.findMany({ select: { id: true }, orderBy: { kind: 'desc' }, take: 60 })
    let [title, search, shown] = [0, 0, 0]
    for (const { id } of titles) {
      if ((await device.ask<{ title: object | null }>('title', { id })).data.title === null) continue
      title = Math.max(title, await bytesOf('title', { id }))
      shown += 1
    }
    assert.ok(shown > 20, `${shown} titles may be seen`)
    for (const text of ['a', 'the', 'harbour', 'orbital', 'night']) search = Math.max(search, await bytesOf('search', { text }))
    context.diagnostic(`${kind}: home ${home} B in ${fetches} fetches, longest title ${title} B, longest search ${search} B`)
    for (const [name, bytes] of Object.entries({ home, title, search }))
      assert.ok(bytes <= budgets[kind][name as 'home'], `${name} has ${bytes} B`)
  })

test('the page needs few bytes until a player is wanted', async (context) => {
  await using platform = await bootPlatform()
  const page = await (await fetch(platform.links.web)).text()
  const seen = new Set<string>(['/'])
  const urls = [...page.matchAll(/(?:src|href)="(\/[^"]+)"/g)].map(([, path = '']) => path)
  let bytes = (await receive(platform.links.web)).bytes
  for (const path of urls) {
    if (seen.has(path)) continue
    seen.add(path)
    const text = await (await fetch(new URL(path, platform.links.web))).text()
    bytes += (await receive(new URL(path, platform.links.web).href)).bytes
    for (const [, next = ''] of text.matchAll(/^import[^'"]*['"]([^'"]+)['"]/gm))
      urls.push(new URL(next, new URL(path, platform.links.web)).pathname)
  }
  context.diagnostic(`${seen.size} files, ${bytes} B`)
  assert.ok(seen.size > 5, [...seen].join(' '))
  assert.ok(bytes <= firstLoadBytesMax, `${bytes} B`)
})
