import assert from 'node:assert/strict'
import { readFile } from 'node:fs/promises'
import { test } from 'node:test'
import { createS3Store } from '#platform/adapters/object-store.s3.ts'
import { s3Options } from '#platform/s3/options.ts'
import { environmentOf, readConfig } from '#platform/settings/config.ts'
import { log, temporaryFolder } from '../boot.ts'
import { key } from '../contracts/object-store.ts'
import { Device, until } from '../member.ts'
import { childrenOf, startService } from '../run.ts'
import { removeIndices } from './indices.ts'
import { ownSettings } from './up.ts'

type Searched = { readonly search: { readonly degraded: readonly string[] } }

test('npm start on every engine that is up is the same product, and edges know no passwords of engines', async () => {
  await using folder = await temporaryFolder()
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
  await phone.heartbeat({ titleId: 't-0010', positionMs: 77_000 })
  await until('the heartbeat is in', 60_000, async () => (await phone.resumeAtMs('t-0010')) === 77_000)
  for (const [name, pid] of childrenOf(service.process.pid ?? 0))
    if (name.startsWith('edge/main'))
      assert.doesNotMatch(await readFile(`/proc/${pid}/environ`, 'utf8'), /\0(S3|REDIS|ELASTICSEARCH|KAFKA|CASSANDRA)_/)
  if (env.S3_ENDPOINT !== undefined) {
    await using store = await createS3Store(s3Options(environmentOf(readConfig([], env))), log)
    assert.ok((await store.list(key('art'), { limit: 5 })).objects.length > 0, 'artwork lies in the bucket')
  }
  if (env.ELASTICSEARCH_URL !== undefined) await removeIndices(env)
})
