import assert from 'node:assert/strict'
import { createHash } from 'node:crypto'
import { readdir, readFile, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { test } from 'node:test'
import { createFolderStore } from '#platform/adapters/object-store.folder.ts'
import { objectKey } from '#platform/contracts/object-key.ts'
import { objectsBelow, readObject } from '#platform/files/read-object.ts'
import { openSecrets } from '#platform/identity/secrets.ts'
import { processBirth } from '#platform/process/birth.ts'
import { operatorEmail } from '../../prisma/seed/members.ts'
import { ingestFilm } from '../../start/ingest.ts'
import { makeFootage } from '../../workers/transcode/footage.ts'
import { temporaryFolder } from '../boot.ts'
import { Device, until } from '../member.ts'
import { childrenOf, startService } from '../run.ts'

/** Every object of a stream by its path in it, with its checksum, and the prefixes that there are. */
const streamIn = async (media: string, titleId: string) => {
  const objects = createFolderStore(media)
  const all = await Array.fromAsync(objectsBelow(objects, objectKey(`streams/${titleId}`)))
  const parts = all.map(({ key }) => key.split('/')).filter((part) => part.length > 3)
  const entries = parts.map(async (part) => {
    const sum = createHash('sha256').update(await readObject(objects, objectKey(part.join('/'))))
    return [part.slice(4).join('/'), sum.digest('hex')] as const
  })
  const prefixes = [...new Set(parts.map((part) => part.slice(2, 4).join('/')))]
  return { prefixes, receipts: all.length - parts.length, objects: new Map(await Promise.all(entries)) }
}

type Encoder = { readonly worker: string; readonly pid: number; readonly birth: string }

/** The encoder of a part of a film, once it has written some of it. */
const encoderAtWork = (workRoot: string): Promise<Encoder> =>
  until('the encoder is at work', 180_000, async () => {
    const namesIn = (folder: string) => readdir(folder).catch((): string[] => [])
    for (const worker of await namesIn(workRoot))
      for (const task of await namesIn(join(workRoot, worker))) {
        const encoded = await stat(join(workRoot, worker, task, 'v240.mp4')).catch(() => undefined)
        if (encoded === undefined || encoded.size === 0) continue
        const note = await readFile(join(workRoot, worker, task, 'encoder.json'), 'utf8').catch(() => '')
        if (note.endsWith('}')) return { worker, ...(JSON.parse(note) as { pid: number; birth: string }) }
      }
    return undefined
  })

test('a worker that is killed while it encodes: the film is published all the same, as it would have been, and nothing is left over', async () => {
  await using folder = await temporaryFolder()
  await using footage = await temporaryFolder()
  await using service = await startService(folder.path)
  const { operatorPassword } = await openSecrets(folder.path).pick('operatorPassword')
  const file = await makeFootage(2, 20, { workDir: footage.path })
  const ingest = (title: string) =>
    ingestFilm(
      { file, title, kind: 'FILM', maturity: 0, genres: [] },
      {
        supergraph: service.links.supergraph,
        operator: { email: operatorEmail, password: operatorPassword },
        onProgress: () => undefined,
      },
    )
  const workRoot = join(folder.path, 'work')
  const ingesting = ingest('Killed')
  const encoder = await encoderAtWork(workRoot)
  assert.equal(processBirth(encoder.pid), encoder.birth, 'the encoder runs')
  const [, worker] = [...childrenOf(service.process.pid ?? 0)].find(([name]) => name.startsWith('start/workers.main.ts')) ?? []
  assert.ok(worker, 'the worker runs')
  process.kill(worker, 'SIGKILL')
  const killed = await ingesting
  assert.notEqual(processBirth(encoder.pid), encoder.birth, 'the encoder of the killed worker has ended')
  assert.match(service.stderr(), /was ended by SIGKILL; started again/)

  const undisturbed = await ingest('Undisturbed')
  const media = join(folder.path, 'media')
  const stream = await streamIn(media, killed.titleId)
  assert.deepEqual(stream.objects, (await streamIn(media, undisturbed.titleId)).objects)
  assert.deepEqual([stream.prefixes.length, stream.receipts], [1, 1], 'one stream, not two')
  assert.ok(!(await readdir(workRoot)).includes(encoder.worker), 'its work folder is gone')
  const tv = new Device(service.links, 'tv')
  await tv.signIn()
  const answer = await tv.play(killed.titleId)
  assert.ok('streams' in answer && Math.abs(answer.durationMs - 20_000) < 50)
})
