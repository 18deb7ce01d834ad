import assert from 'node:assert/strict'
import { readdir } from 'node:fs/promises'
import { join } from 'node:path'
import { test } from 'node:test'
import { createFolderStore } from '#platform/adapters/object-store.folder.ts'
import { temporaryFolder } from '../../tests/boot.ts'
import { encode } from './ffmpeg.ts'
import { makeStream } from './pipeline.ts'

/** A film of a few kilobytes that lasts `hours`: one black frame in a minute. */
const makeLongFilm = async (hours: number, workDir: string): Promise<string> => {
  const file = join(workDir, 'long.mp4')
  const seconds = hours * 3600
  await encode({
    inputs: [{ source: `color=c=black:s=320x240:r=1/60:d=${seconds}`, options: ['-f', 'lavfi'] }],
    outputs: [{ file, options: ['-c:v', 'libx264', '-preset', 'ultrafast', '-pix_fmt', 'yuv420p'] }],
    workDir,
  })
  return file
}

test('a film of which a rendition could not be made is refused after the probe, before anything is encoded', async () => {
  await using source = await temporaryFolder()
  await using work = await temporaryFolder()
  await using media = await temporaryFolder()
  const file = await makeLongFilm(13, source.path)
  const steps: string[] = []
  const film = { uploadId: 'u-1', titleId: 't-1', workDir: work.path, fetchSource: async () => file }
  const deps = {
    objects: createFolderStore(media.path),
    signal: AbortSignal.timeout(60_000),
    onProgress: (step: string) => steps.push(step),
  }
  await assert.rejects(makeStream(film, deps), {
    code: 'SOURCE_TOO_LARGE',
    message: /rendition of 240 lines .* parts of up to 715 minutes/,
  })
  assert.deepEqual(steps, ['fetching', 'probing'])
  assert.deepEqual(await readdir(work.path), [], 'nothing was encoded')
  assert.deepEqual(await readdir(media.path), [], 'nothing was published')
})
