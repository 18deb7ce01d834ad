import { mkdir, readdir } from 'node:fs/promises'
import { join } from 'node:path'
import { CinegraphError, errorTable, isCinegraphError, messageOf } from '#platform/errors/errors.ts'
import type { Log } from '#platform/observe/log.ts'
import { counter } from '#platform/observe/metrics.ts'
import type { EventLog } from '#platform/ports/event-log.ts'
import type { ObjectStore } from '#platform/ports/object-store.ts'
import { endLeftover } from './ffmpeg.ts'
import { makeFootage } from './footage.ts'
import { makeStream } from './pipeline.ts'
import { joinParts } from './source.ts'

export type TranscodeDeps = { readonly events: EventLog; readonly objects: ObjectStore; readonly workRoot: string; readonly log: Log }
type Job = { readonly uploadId: string; readonly titleId: string }
type Fetch = (workDir: string) => Promise<string>

const films = counter('films_total', 'Films that left the transcode worker', ['outcome'])
const attempts = 2
const progressPauseMs = 700

/** Takes uploaded films, one at a time, and makes streams of them. Disposing ends the encoder; the film is begun again later. */
export const createTranscode = async ({ events, objects, workRoot, log }: TranscodeDeps): Promise<Disposable> => {
  await mkdir(workRoot, { recursive: true })
  for (const name of await readdir(workRoot)) await endLeftover(join(workRoot, name))
  const stop = new AbortController()
  const work = (job: Job, fetch: Fetch) => takeFilm(job, fetch, { events, objects, workRoot, log, signal: stop.signal })
  await events.subscribe({
    topic: 'catalog.sources',
    group: 'transcode',
    batchMax: 1,
    handle: async (batch) => {
      for (const { data } of batch) await work(data, (workDir) => joinParts(objects, data.objectKey, { workDir, sha256: data.sha256 }))
    },
  })
  await events.subscribe({
    topic: 'catalog.footage',
    group: 'transcode',
    batchMax: 1,
    handle: async (batch) => {
      for (const { data } of batch) await work(data, (workDir) => makeFootage(data.look, data.seconds, workDir))
    },
  })
  return { [Symbol.dispose]: () => stop.abort() }
}

type Work = TranscodeDeps & { readonly signal: AbortSignal }

const takeFilm = async (job: Job, fetch: Fetch, deps: Work): Promise<void> => {
  const { events, log } = deps
  for (let attempt = 1; ; attempt += 1) {
    try {
      const packaged = await oneAttempt(job, fetch, deps)
      await events.publish('ingest.packaged', [packaged])
      films.inc({ outcome: 'published' })
      return log.info({ ...job, durationMs: packaged.durationMs, rungs: packaged.renditions.length }, 'stream published')
    } catch (error) {
      // NOTE: a worker that is stopping gives the film back instead of refusing it.
      if (deps.signal.aborted) throw error
      const refusal = isCinegraphError(error) ? error : new CinegraphError('INTERNAL', {}, error)
      log.warn({ ...job, attempt, reason: messageOf(error) }, 'film not made into a stream')
      if (errorTable[refusal.code].retry && attempt < attempts) continue
      films.inc({ outcome: refusal.code })
      return events.publish('ingest.failed', [{ ...job, code: refusal.code, message: refusal.message }])
    }
  }
}

const oneAttempt = async (job: Job, fetch: Fetch, { events, objects, workRoot, signal }: Work) => {
  const workDir = join(workRoot, job.uploadId)
  await mkdir(workDir, { recursive: true })
  try {
    const onProgress = paced((step, percent) => void events.publish('ingest.progress', [{ ...job, step, percent }]).catch(() => undefined))
    return await makeStream({ ...job, workDir, fetchSource: () => fetch(workDir) }, { objects, signal, onProgress })
  } finally {
    await endLeftover(workDir)
  }
}

const paced = (tell: (step: string, percent: number) => void) => {
  let told = 0
  return (step: string, percent: number): void => {
    if (Date.now() - told < progressPauseMs) return
    told = Date.now()
    tell(step, percent)
  }
}
