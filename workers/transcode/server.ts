import { mkdir, readdir } from 'node:fs/promises'
import { join } from 'node:path'
import type { JobOf, JobQueue } from '#platform/contracts/job-queue.ts'
import { footage } from '#platform/contracts/jobs/catalog.footage.ts'
import { sources } from '#platform/contracts/jobs/catalog.sources.ts'
import { objectKey } from '#platform/contracts/object-key.ts'
import { ingestFailed } from '#platform/contracts/topics/ingest.failed.ts'
import { packaged } from '#platform/contracts/topics/ingest.packaged.ts'
import { ingestProgress } from '#platform/contracts/topics/ingest.progress.ts'
import { CinegraphError, errorTable, isCinegraphError, messageOf } from '#platform/errors/errors.ts'
import { objectsBelow } from '#platform/files/read-object.ts'
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
/** Where a film comes from: how to bring it here, and to remove it there when nothing can be made of it. */
type Origin = { readonly fetch: (place: WorkPlace) => Promise<string>; readonly remove: () => Promise<void> }

const films = counter('films_total', 'Films that left the transcode worker', ['outcome'])
const attempts = 2
const progressPauseMs = 700

/** Takes uploaded films, one at a time, and makes streams of them. Disposing ends the encoder; the film is begun again later. */
export const createTranscode = async ({ jobs, ...deps }: TranscodeDeps): Promise<Disposable> => {
  const { objects, workRoot } = deps
  await mkdir(workRoot, { recursive: true })
  for (const name of await readdir(workRoot)) await endLeftover(join(workRoot, name))
  const stop = new AbortController()
  const work = (film: Film, origin: Origin, { signal, progress }: Pick<ClaimedJob<JobQueue>, 'signal' | 'progress'>) =>
    takeFilm(film, origin, { ...deps, progress, signal: AbortSignal.any([stop.signal, signal]) })
  await jobs.work({
    queue: sources,
    handle: ({ data, ...job }) => work(data, uploaded(objects, data), job),
  })
  await jobs.work({
    queue: footage,
    handle: ({ data, ...job }) =>
      work(data, { fetch: (place) => makeFootage(data.look, data.seconds, place), remove: async () => undefined }, job),
  })
  return { [Symbol.dispose]: () => stop.abort() }
}

/** The parts of an upload. NOTE: the mark beside them stays, by which the origin takes no more. */
const uploaded = (objects: ObjectStore, { objectKey: folder, sha256 }: JobOf<typeof sources>): Origin => ({
  fetch: (place) => joinParts(objects, folder, { ...place, sha256 }),
  remove: async () => {
    for await (const { key } of objectsBelow(objects, objectKey(folder))) await objects.remove(key)
  },
})

type Work = Omit<TranscodeDeps, 'jobs'> & Pick<ClaimedJob<JobQueue>, 'signal' | 'progress'>

const takeFilm = async (film: Film, origin: Origin, deps: Work): Promise<void> => {
  const { events, log } = deps
  log.info({ ...film }, 'making a stream')
  for (let attempt = 1; ; attempt += 1) {
    try {
      const stream = await oneAttempt(film, origin, deps)
      await events.publish(packaged, [stream])
      films.inc({ outcome: 'published' })
      return log.info({ ...film, durationMs: stream.durationMs, rungs: stream.renditions.length }, 'stream published')
    } catch (error) {
      // NOTE: a worker that is stopping gives the film back instead of refusing it.
      deps.signal.throwIfAborted()
      const refusal = isCinegraphError(error) ? error : new CinegraphError('INTERNAL', {}, error)
      log.warn({ ...film, attempt, reason: messageOf(error), cause: causeOf(error) }, 'film not made into a stream')
      if (errorTable[refusal.code].retry && attempt < attempts) continue
      films.inc({ outcome: refusal.code })
      await events.publish(ingestFailed, [{ ...film, code: refusal.code, message: refusal.message }])
      if (isOfSource(refusal)) await origin.remove()
      return
    }
  }
}

/** Whether what arrived is the reason, so that it is of no more use; other failures leave it for another try. */
const isOfSource = ({ code }: CinegraphError): boolean => code.startsWith('SOURCE_') || code === 'UPLOAD_CHECKSUM'

/** What the programs said that a refusal does not repeat: it names files of this machine. */
const causeOf = (error: unknown): string | undefined =>
  error instanceof Error && error.cause !== undefined ? messageOf(error.cause).slice(0, 2_000) : undefined

const oneAttempt = async (film: Film, origin: Origin, { events, objects, workRoot, signal, progress, log }: Work) => {
  const workDir = join(workRoot, film.uploadId)
  await mkdir(workDir, { recursive: true })
  try {
    const onProgress = paced((step, percent) => {
      void events.publish(ingestProgress, [{ ...film, step, percent }]).catch(() => undefined)
      void progress(percent)
    })
    const onLeftOut = (what: string) => log.warn({ ...film, what }, 'left out of the stream')
    return await makeStream(
      { ...film, workDir, fetchSource: () => origin.fetch({ workDir, signal }) },
      { objects, signal, onProgress, onLeftOut },
    )
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
