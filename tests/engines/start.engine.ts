import assert from 'node:assert/strict'
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { test } from 'node:test'
import { createS3Store } from '#platform/adapters/object-store.s3.ts'
import { s3Options } from '#platform/s3/options.ts'
import { environmentOf, readConfig } from '#platform/settings/config.ts'
import type { ViewingHistoryQuery } from '../../bffs/web/documents.generated.ts'
import { operatorEmail } from '../../prisma/seed/members.ts'
import { ingestFilm } from '../../start/ingest.ts'
import type { Links } from '../../start/links.ts'
import { makeFootage } from '../../workers/transcode/footage.ts'
import { log, temporaryFolder } from '../boot.ts'
import { key } from '../contracts/object-store.ts'
import { Device, until } from '../member.ts'
import { childrenOf, startService } from '../run.ts'
import { removeIndices } from './indices.ts'
import { ownSettings } from './up.ts'

type Searched = { readonly search: { readonly degraded: readonly string[] } }

/** A film of some seconds, uploaded and encoded as an operator does it. Gives its title. */
const ingest = async ({ supergraph }: Links, data: string, workDir: string): Promise<string> => {
  const file = await makeFootage(1, 4, { workDir })
  const password = (await readFile(join(data, 'secrets/operator-password'), 'utf8')).trim()
  const film = { file, title: 'On servers of ours', kind: 'FILM', maturity: 0, genres: ['Documentary'] } as const
  const { titleId } = await ingestFilm(film, { supergraph, operator: { email: operatorEmail, password }, onProgress: () => undefined })
  return titleId
}

test('npm start on every engine that is up is the same product, and edges know no passwords of engines', { timeout: 280_000 }, async () => {
  await using folder = await temporaryFolder()
  await using work = await temporaryFolder()
  const env = ownSettings()
  await using service = await startService(folder.path, [], { env })
  const { links } = service
  for (const url of [links.web, links.tv, links.mobile, links.supergraph, links.origin, ...links.edges])
    assert.equal((await fetch(`${url}/health/ready`)).status, 200, url)
  const phone = new Device(links, 'mobile')
  await phone.signIn()
  assert.deepEqual((await phone.ask('home')).errors, [])
  const searched = await phone.ask<Searched>('search', { text: 'orbtal signal' })
  assert.match(JSON.stringify(searched.data), /Orbital Signal/, 'typing errors are forgiven, so it is the index that answered')

  const titleId = await ingest(links, folder.path, work.path)
  const playback = await phone.play(titleId)
  assert.ok('streams' in playback, 'code' in playback ? playback.message : '')
  for (const { hls } of playback.streams) {
    assert.match(await (await fetch(hls)).text(), /^#EXTM3U/)
    const segment = await fetch(`${hls.replace('master.m3u8', '')}v240/00001.m4s`)
    assert.ok(segment.ok && (await segment.arrayBuffer()).byteLength > 1_000, hls)
  }
  await phone.heartbeat({ titleId, positionMs: 2_500, durationMs: 4_000 })
  await until('the heartbeat is in', 60_000, async () => (await phone.resumeAtMs(titleId)) === 2_500)
  const { data } = await phone.ask<ViewingHistoryQuery>('viewingHistory')
  assert.equal(data.viewingHistory.viewings[0]?.titleId, titleId)

  for (const [name, pid] of childrenOf(service.process.pid ?? 0))
    if (name.startsWith('edge/main'))
      assert.doesNotMatch(await readFile(`/proc/${pid}/environ`, 'utf8'), /\0(S3|REDIS|ELASTICSEARCH|KAFKA|CASSANDRA)_/)
  if (env.S3_ENDPOINT !== undefined) {
    await using store = await createS3Store(s3Options(environmentOf(readConfig([], env))), log)
    for (const folderOf of ['art', `streams/${titleId}`])
      assert.ok((await store.list(key(folderOf), { limit: 5 })).objects.length > 0, `${folderOf} lies in the bucket`)
  }
  if (env.ELASTICSEARCH_URL !== undefined) await removeIndices(env)
})
