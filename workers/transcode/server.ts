import { mkdir, readdir } from 'node:fs/promises'
import { join } from 'node:path'
import type { JobQueue } from '#platform/contracts/job-queue.ts'
import { footage } from '#platform/contracts/jobs/catalog.footage.ts'
import { sources } from '#platform/contracts/jobs/catalog.sources.ts'
import { ingestFailed } from '#platform/contracts/topics/ingest.failed.ts'
import { packaged } from '#platform/contracts/topics/ingest.packaged.ts'
import { ingestProgress } from '#platform/contracts/topics/ingest.progress.ts'
import { CinegraphError, errorTable, isCinegraphError, messageOf } from '#platform/errors/errors.ts'
import type { Log } from '#platform/observe/log.ts'
import { counter } from '#platform/observe/metrics.ts'
import type { EventLog } from '#platform/ports/event-log.ts'
import type { ClaimedJob, Jobs } from '#platform/ports/jobs.ts'
import type { ObjectStore } from '#platform/ports/object-store.ts'
import { endLeftover, type WorkPlace } from './ffmpeg.ts'
import { makeFootage } from './footage.ts'
import { makeStream } from './pipeline.ts'
import { joinParts } from './source.ts'

export type TranscodeDeps = {
  readonly events: EventLog
  readonly jobs: Jobs
  readonly objects: ObjectStore
  readonly workRoot: string
  readonly log: Log
}
type Film = { readonly uploadId: string; readonly titleId: string }
type Fetch = (place: WorkPlace) => Promise<string>

const films = counter('films_total', 'Films that left the transcode worker', ['outcome'])
const attempts = 2
const progressPauseMs = 700

/** Takes uploaded films, one at a time, and makes streams of them. Disposing ends the encoder; the film is begun again later. */
export const createTranscode = async ({ jobs, ...deps }: TranscodeDeps): Promise<Disposable> => {
  const { objects, workRoot } = deps
  await mkdir(workRoot, { recursive: true })
  for (const name of await readdir(workRoot)) await endLeftover(join(workRoot, name))
  const stop = new AbortController()
  const work = (film: Film, fetch: Fetch, { signal, progress }: Pick<ClaimedJob<JobQueue>, 'signal' | 'progress'>) =>
    takeFilm(film, fetch, { ...deps, progress, signal: AbortSignal.any([stop.signal, signal]) })
  await jobs.work({
    queue: sources,
    handle: ({ data, ...job }) => work(data, (place) => joinParts(objects, data.objectKey, { ...place, sha256: data.sha256 }), job),
  })
  await jobs.work({
    queue: footage,
    handle: ({ data, ...job }) => work(data, (place) => makeFootage(data.look, data.seconds, place), job),
  })
  return { [Symbol.dispose]: () => stop.abort() }
}

type Work = Omit<TranscodeDeps, 'jobs'> & Pick<ClaimedJob<JobQueue>, 'signal' | 'progress'>

const takeFilm = async (film: Film, fetch: Fetch, deps: Work): Promise<void> => {
  const { events, log } = deps
  log.info({ ...film }, 'making a stream')
  for (let attempt = 1; ; attempt += 1) {
    try {
      const stream = await oneAttempt(film, fetch, deps)
      await events.publish(packaged, [stream])
      films.inc({ outcome: 'published' })
      return log.info({ ...film, durationMs: stream.durationMs, rungs: stream.renditions.length }, 'stream published')
    } catch (error) {
      // NOTE: a worker that is stopping gives the film back instead of refusing it.
      deps.signal.throwIfAborted()
      const refusal = isCinegraphError(error) ? error : new CinegraphError('INTERNAL', {}, error)
      log.warn({ ...film, attempt, reason: messageOf(error) }, 'film not made into a stream')
      if (errorTable[refusal.code].retry && attempt < attempts) continue
      films.inc({ outcome: refusal.code })
      return events.publish(ingestFailed, [{ ...film, code: refusal.code, message: refusal.message }])
    }
  }
}

const oneAttempt = async (film: Film, fetch: Fetch, { events, objects, workRoot, signal, progress }: Work) => {
  const workDir = join(workRoot, film.uploadId)
  await mkdir(workDir, { recursive: true })
  try {
    const onProgress = paced((step, percent) => {
      void events.publish(ingestProgress, [{ ...film, step, percent }]).catch(() => undefined)
      void progress(percent)
    })
    return await makeStream({ ...film, workDir, fetchSource: () => fetch({ workDir, signal }) }, { objects, signal, onProgress })
  } finally {
    await endLeftover(workDir)
  }
}

const paced = (report: (step: string, percent: number) => void) => {
  let reportedAt = 0
  return (step: string, percent: number): void => {
    if (Date.now() - reportedAt < progressPauseMs) return
    reportedAt = Date.now()
    report(step, percent)
  }
}
