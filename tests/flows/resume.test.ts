import assert from 'node:assert/strict'
import { appendFile, readdir, stat } from 'node:fs/promises'
import { createServer, type IncomingMessage, request, type ServerResponse } from 'node:http'
import { join } from 'node:path'
import { test } from 'node:test'
import { operatorEmail } from '../../prisma/seed/members.ts'
import { ingestFilm } from '../../start/ingest.ts'
import { bootPlatform, temporaryFolder } from '../boot.ts'
import { testFilm } from '../footage.ts'
import { Device } from '../member.ts'

/** Stands between an upload and the origin, notes which parts arrive, and cuts every connection once it has let `partsMax` through. */
const cuttingProxy = async () => {
  const state = { target: '', partsMax: 0, arrived: [] as string[], asked: [] as string[] }
  const forward = (incoming: IncomingMessage, answer: ServerResponse): void => {
    const part = /part-\d+/.exec(incoming.url ?? '')?.[0] ?? ''
    const isPut = incoming.method === 'PUT'
    if (isPut && state.partsMax === 0) return void incoming.once('data', () => incoming.destroy())
    if (isPut) state.partsMax -= 1
    const { method, headers } = incoming
    const outgoing = request(new URL(incoming.url ?? '', state.target), { method: method ?? 'GET', headers }, (from) => {
      if (from.statusCode === 200) (isPut ? state.arrived : state.asked).push(part)
      answer.writeHead(from.statusCode ?? 502, from.headers)
      from.pipe(answer)
    })
    outgoing.on('error', () => answer.destroy())
    incoming.pipe(outgoing)
  }
  const server = createServer(forward)
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const address = server.address()
  const url = `http://127.0.0.1:${typeof address === 'object' ? address?.port : 0}`
  const close = async (): Promise<void> => {
    server.closeAllConnections()
    await new Promise((resolve) => server.close(resolve))
  }
  return { state, url, [Symbol.asyncDispose]: close }
}

/** A film in a file of at least `bytes`: an MP4 box that players skip makes it so. */
const padded = async (file: string, bytes: number): Promise<void> => {
  const box = Buffer.alloc(bytes)
  box.writeUInt32BE(bytes, 0)
  box.write('free', 4)
  await appendFile(file, box)
}

test('an upload that was cut off, twice, is gone on with by the same command, which sends only the parts that are missing', async () => {
  await using proxy = await cuttingProxy()
  await using platform = await bootPlatform({ workers: true, config: { publicOriginUrl: proxy.url } })
  await using folder = await temporaryFolder()
  const { state } = proxy
  state.target = platform.links.origin
  const { file } = await testFilm(folder.path)
  await padded(file, 40_000_000)
  const parts = Math.ceil((await stat(file)).size / (8 * 1024 * 1024))
  const ticketDir = join(folder.path, 'ingest')
  const ingest = (title: string) =>
    ingestFilm(
      { file, title, kind: 'FILM', maturity: 0, genres: [] },
      {
        supergraph: platform.links.supergraph,
        operator: { email: operatorEmail, password: 'operator-for-tests' },
        onProgress: () => undefined,
        ticketDir,
      },
    )
  const before = await platform.database.prisma.upload.count()
  for (const [partsMax, arrived] of [
    [2, 2],
    [1, 3],
  ] as const) {
    state.partsMax = partsMax
    await assert.rejects(ingest('Cut off'), new RegExp(`stopped after ${arrived} of ${parts} parts.* only what is missing`))
    assert.equal(state.arrived.length, arrived)
  }
  const [kept = ''] = await readdir(ticketDir)
  assert.equal((await stat(join(ticketDir, kept))).mode & 0o777, 0o600, 'its addresses are for its owner')
  state.partsMax = Number.POSITIVE_INFINITY
  state.asked = []
  const { titleId } = await ingest('Cut off')
  assert.deepEqual(state.asked, ['part-00000', 'part-00001', 'part-00002'])
  assert.deepEqual(
    state.arrived,
    Array.from({ length: parts }, (_, at) => `part-${String(at).padStart(5, '0')}`),
    'each part was sent once',
  )
  assert.equal((await platform.database.prisma.upload.count()) - before, 1, 'all three were one upload')
  const tv = new Device(platform.links, 'tv')
  await tv.signIn()
  assert.ok('streams' in (await tv.play(titleId)))
  assert.deepEqual(await readdir(ticketDir), [], 'nothing is kept of an upload that is done')
})
