import assert from 'node:assert/strict'
import { type ChildProcess, spawn } from 'node:child_process'
import { createHash } from 'node:crypto'
import { once } from 'node:events'
import { createReadStream } from 'node:fs'
import { readdir } from 'node:fs/promises'
import { join } from 'node:path'
import { test } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import { sources } from '#platform/contracts/jobs/catalog.sources.ts'
import { objectKey } from '#platform/contracts/object-key.ts'
import { ingestFailed } from '#platform/contracts/topics/ingest.failed.ts'
import { openEngines } from '#platform/engines/engines.ts'
import { objectsBelow, readObject } from '#platform/files/read-object.ts'
import type { ObjectStore } from '#platform/ports/object-store.ts'
import { readConfig } from '#platform/settings/config.ts'
import { makeStream } from '../../workers/transcode/pipeline.ts'
import { published } from '../../workers/transcode/publish.ts'
import { copyDatabase, log, temporaryFolder } from '../boot.ts'
import { until } from '../member.ts'
import { ffmpeg } from '../zoo/stream.ts'

const home = join(import.meta.dirname, '..', '..')
const kills = 3
const seconds = 64

/** A database, a store, and worker processes on them. */
class Ground implements AsyncDisposable {
  readonly path: string
  readonly engines: ReturnType<typeof openEngines>
  readonly #stack: AsyncDisposableStack
  readonly #env: NodeJS.ProcessEnv
  readonly workers: ChildProcess[] = []
  private constructor(path: string, databaseUrl: string, stack: AsyncDisposableStack) {
    this.path = path
    this.engines = stack.use(openEngines({ ...readConfig([], { CINEGRAPH_DATA: path }), databaseUrl }, log))
    this.#env = { ...process.env, CINEGRAPH_DATA: path, DATABASE_URL: databaseUrl, CINEGRAPH_LOG_LEVEL: 'error' }
    this.#stack = stack
  }
  static async open(): Promise<Ground> {
    await using stack = new AsyncDisposableStack()
    const { path } = stack.use(await temporaryFolder())
    const { url } = stack.use(await copyDatabase())
    return new Ground(path, url, stack.move())
  }
  startWorker(): void {
    const file = join(home, 'workers/transcode/main.ts')
    this.workers.push(spawn(process.execPath, ['--disable-warning=ExperimentalWarning', file], { env: this.#env, stdio: 'ignore' }))
  }
  /** Kills one of the workers and starts another in its place. */
  async killOne(at: number): Promise<void> {
    const [worker] = this.workers.splice(at % this.workers.length, 1)
    if (worker === undefined) throw new Error('no worker runs')
    const ended = once(worker, 'close')
    worker.kill('SIGKILL')
    await ended
    this.startWorker()
  }
  async [Symbol.asyncDispose](): Promise<void> {
    await Promise.all(
      this.workers.map(async (worker) => {
        const ended = once(worker, 'close')
        worker.kill('SIGTERM')
        await ended
      }),
    )
    await this.#stack.disposeAsync()
  }
}

/** Every object of a stream by its path in it, with its checksum. */
const streamOf = async (objects: ObjectStore, prefix: string): Promise<ReadonlyMap<string, string>> => {
  const found = new Map<string, string>()
  for await (const { key } of objectsBelow(objects, objectKey(prefix)))
    found.set(
      key.slice(prefix.length),
      createHash('sha256')
        .update(await readObject(objects, key))
        .digest('hex'),
    )
  return found
}

const namesBelow = async (objects: ObjectStore, folder: string): Promise<readonly string[]> =>
  (await Array.fromAsync(objectsBelow(objects, objectKey(folder)))).map(({ key }) => key.slice(folder.length + 1))

test('two workers, one of them killed again and again: each kill costs one part at most, and the film is the same to the byte', {
  timeout: 560_000,
}, async () => {
  await using ground = await Ground.open()
  const { engines, path } = ground
  const [jobs, objects] = [await engines.open('jobs'), await engines.open('objects')]
  const file = join(path, 'film.mp4')
  const picture = ['-f', 'lavfi', '-i', `testsrc2=s=320x180:r=25:d=${seconds}`, '-f', 'lavfi', '-i', `sine=d=${seconds}`]
  await ffmpeg(...picture, '-c:v', 'libx264', '-preset', 'ultrafast', '-pix_fmt', 'yuv420p', '-c:a', 'aac', file)
  const film = { uploadId: 'u-killed', titleId: 't-killed' }
  await objects.put(objectKey('uploads/u-killed/00001'), createReadStream(file))
  ground.startWorker()
  ground.startWorker()
  await jobs.enqueue(sources, { ...film, objectKey: 'uploads/u-killed' })

  const begun = new Set<string>()
  const look = async () => {
    for (const name of await namesBelow(objects, 'work/u-killed/tries')) begun.add(name)
    return published(objects, film)
  }
  for (let killed = 0; killed < kills; killed += 1) {
    const before = begun.size
    const done = await until('another part is begun', 120_000, async () => (await look()) ?? begun.size > before)
    if (done !== true) break
    await sleep(Math.random() * 1_500)
    await ground.killOne(Math.floor(Math.random() * 2))
  }
  const stream = await until('the film is published', 240_000, async () => (await look()) ?? undefined)
  const chunks = [...begun].filter((name) => name.startsWith('chunk-'))
  const parts = new Set(chunks.map((name) => name.split('/')[0]))
  assert.ok(parts.size >= 4, `${parts.size} parts`)
  assert.ok(chunks.length - parts.size <= kills, `begun again: ${[...begun].join(' ')}`)

  await using folder = await temporaryFolder()
  const alone = await makeStream(
    { uploadId: 'u-alone', titleId: 't-alone', workDir: folder.path, fetchSource: async () => file },
    { objects, signal: AbortSignal.timeout(400_000), onProgress: () => undefined },
  )
  assert.deepEqual(await streamOf(objects, stream.prefix), await streamOf(objects, alone.prefix))
  await until('nothing is left over', 60_000, async () => (await namesBelow(objects, 'work')).length === 0)
  assert.equal((await readdir(join(path, 'work'))).filter((name) => !name.startsWith('worker-')).length, 0)
})

test('a film that ends its worker each time is given up after ten times, and said, and can be tried again', {
  timeout: 120_000,
}, async () => {
  await using ground = await Ground.open()
  const { engines } = ground
  const [jobs, objects, events] = [await engines.open('jobs'), await engines.open('objects'), await engines.open('events')]
  const failures: string[] = []
  await events.consume({
    topic: ingestFailed,
    group: 'catalog',
    handle: async (batch) => void failures.push(...batch.map(({ data }) => data.message)),
  })
  await objects.put(objectKey('uploads/u-deadly/00001'), Buffer.from('what ends every worker'))
  for (let at = 1; at <= 10; at += 1) await objects.put(objectKey(`work/u-deadly/tries/plan/${at}`), Buffer.from('1'))
  ground.startWorker()
  const job = { uploadId: 'u-deadly', titleId: 't-deadly', objectKey: 'uploads/u-deadly' }
  await jobs.enqueue(sources, job)
  await until('it is said', 60_000, async () => failures.length > 0)
  assert.match(failures[0] ?? '', /its part plan was begun 10 times and never finished/)
  await until('nothing is left over', 30_000, async () => (await namesBelow(objects, 'work')).length === 0)
  assert.deepEqual(await namesBelow(objects, 'uploads/u-deadly'), ['00001'], 'the film stays, for another try')
  await jobs.enqueue(sources, job)
  await until('it was tried again', 60_000, async () => failures.length > 1)
  assert.match(failures[1] ?? '', /it is a text, not a film/)
})
