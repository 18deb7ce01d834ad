import assert from 'node:assert/strict'
import { createHash } from 'node:crypto'
import { readdir, readFile, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { test } from 'node:test'
import { processBirth } from '#platform/process/birth.ts'
import { operatorEmail } from '../../prisma/seed/members.ts'
import { ingestFilm } from '../../start/ingest.ts'
import { makeFootage } from '../../workers/transcode/footage.ts'
import { temporaryFolder } from '../boot.ts'
import { Device, until } from '../member.ts'
import { childrenOf, startService } from '../run.ts'

/** Every object below a folder, by its path in it, with its checksum. The receipt names the upload, so it is left out. */
const objectsIn = async (dir: string): Promise<ReadonlyMap<string, string>> => {
  const files = (await readdir(dir, { recursive: true, withFileTypes: true })).filter((each) => each.isFile())
  const found = new Map<string, string>()
  for (const { parentPath, name } of files) {
    const path = join(parentPath, name)
    const key = path.slice(dir.length + 1).replace(/^[^/]+\//, '')
    if (key !== 'packaged.json')
      found.set(
        key,
        createHash('sha256')
          .update(await readFile(path))
          .digest('hex'),
      )
  }
  return found
}

type Encoder = { readonly uploadId: string; readonly pid: number; readonly birth: string }

/** The encoder of an uploaded film, once it has written a part of its stream; demo footage has no `source`. */
const encoderAtWork = (workRoot: string): Promise<Encoder> =>
  until('the encoder is at work', 180_000, async () => {
    for (const uploadId of await readdir(workRoot).catch((): string[] => [])) {
      const files = await readdir(join(workRoot, uploadId)).catch((): string[] => [])
      const encoded = await stat(join(workRoot, uploadId, 'v240.mp4')).catch(() => undefined)
      if (!files.includes('source') || encoded === undefined || encoded.size === 0) continue
      const note = await readFile(join(workRoot, uploadId, 'encoder.json'), 'utf8')
      if (note.endsWith('}')) return { uploadId, ...(JSON.parse(note) as { pid: number; birth: string }) }
    }
    return undefined
  })

test('a worker that is killed while it encodes: the film is published all the same, as it would have been, and nothing is left over', async () => {
  await using folder = await temporaryFolder()
  await using footage = await temporaryFolder()
  await using service = await startService(folder.path)
  const operatorPassword = (await readFile(join(folder.path, 'secrets', 'operator-password'), 'utf8')).trim()
  const file = await makeFootage(2, 20, footage.path)
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
  const stream = (titleId: string) => objectsIn(join(folder.path, 'media', 'streams', titleId))
  assert.deepEqual(await stream(killed.titleId), await stream(undisturbed.titleId))
  assert.deepEqual(await readdir(join(folder.path, 'media', 'streams', killed.titleId)), [encoder.uploadId], 'one stream, not two')
  assert.ok(!(await readdir(workRoot)).includes(encoder.uploadId), 'its work folder is gone')
  const tv = new Device(service.links, 'tv')
  await tv.signIn()
  const answer = await tv.play(killed.titleId)
  assert.ok('streams' in answer && Math.abs(answer.durationMs - 20_000) < 50)
})
