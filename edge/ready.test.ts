import assert from 'node:assert/strict'
import { rename, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { test } from 'node:test'
import { createFolderStore } from '#platform/adapters/object-store.folder.ts'
import { freePort } from '#platform/process/free-port.ts'
import { log, temporaryFolder } from '../tests/boot.ts'
import { until } from '../tests/member.ts'
import { fillFromOrigin } from './fill.ts'
import { createOrigin } from './origin.ts'
import { edgeReadiness } from './ready.ts'
import { createEdge } from './server.ts'

const host = '127.0.0.1'
const streamKey = 'ab'.repeat(32)
const serviceKey = 'cd'.repeat(32)
const clock = () => new Date()
const status = async (url: string): Promise<number> => {
  const response = await fetch(`${url}/health/ready`)
  await response.arrayBuffer()
  return response.status
}
const becomes = (url: string, wanted: number) => until(`${url} answers ${wanted}`, 10_000, async () => (await status(url)) === wanted)

const startOrigin = async (root: string, port = 0) => {
  const objects = createFolderStore(root)
  const app = createOrigin({ name: 'origin', log, objects, ready: objects.healthy, streamKey, serviceKey, clock })
  return { url: await app.listen({ host, port }), [Symbol.asyncDispose]: async () => void (await app.close()) }
}
const startEdge = async (needs: { originUrl: string; serviceKey: string; streamKey: string }) => {
  const fill = fillFromOrigin(needs.originUrl, needs.serviceKey)
  const app = createEdge({ name: 'edge', log, ready: edgeReadiness(needs), streamKey: needs.streamKey, bytesMax: 1e6, fill, clock })
  return { url: await app.listen({ host, port: 0 }), [Symbol.asyncDispose]: async () => void (await app.close()) }
}

test('an edge is ready while its origin answers it, and again once the origin is back', async () => {
  await using folder = await temporaryFolder()
  const port = await freePort()
  await using edge = await startEdge({ originUrl: `http://${host}:${port}`, serviceKey, streamKey })
  for (const _ of ['first', 'again']) {
    assert.equal(await status(edge.url), 503, 'no origin')
    await using _origin = await startOrigin(folder.path, port)
    await becomes(edge.url, 200)
    await _origin[Symbol.asyncDispose]()
    await becomes(edge.url, 503)
  }
})

test('an edge that its origin would refuse, or that cannot check a token, is not ready', async () => {
  await using folder = await temporaryFolder()
  await using origin = await startOrigin(folder.path)
  const needs = { originUrl: origin.url, serviceKey, streamKey }
  for (const [wrong, wanted] of [
    [{}, 200],
    [{ serviceKey: 'ef'.repeat(32) }, 503],
    [{ streamKey: '' }, 503],
    [{ streamKey: 'undefined' }, 503],
  ] as const) {
    await using edge = await startEdge({ ...needs, ...wrong })
    assert.equal(await status(edge.url), wanted, JSON.stringify(wrong))
  }
})

test('an origin is ready while its store can be written, and again once it can', async () => {
  await using folder = await temporaryFolder()
  const root = join(folder.path, 'media')
  await using origin = await startOrigin(root)
  assert.equal(await status(origin.url), 200)
  for (const path of [join(root, '.partial'), root]) {
    await rename(path, `${path}-away`)
    await writeFile(path, 'no folder')
    await becomes(origin.url, 503)
    await rm(path)
    await rename(`${path}-away`, path)
    await becomes(origin.url, 200)
  }
})
