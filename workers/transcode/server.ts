import { mkdir, readdir, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { cancelled } from '#platform/contracts/jobs/catalog.cancelled.ts'
import { footage } from '#platform/contracts/jobs/catalog.footage.ts'
import { sources } from '#platform/contracts/jobs/catalog.sources.ts'
import { tasks } from '#platform/contracts/jobs/transcode.tasks.ts'
import { objectKey } from '#platform/contracts/object-key.ts'
import { ingestFailed } from '#platform/contracts/topics/ingest.failed.ts'
import { packaged } from '#platform/contracts/topics/ingest.packaged.ts'
import { ingestProgress } from '#platform/contracts/topics/ingest.progress.ts'
import { errorTable, isCinegraphError, messageOf } from '#platform/errors/errors.ts'
import { objectsBelow } from '#platform/files/read-object.ts'
import type { Log } from '#platform/observe/log.ts'
import { counter } from '#platform/observe/metrics.ts'
import type { EventLog } from '#platform/ports/event-log.ts'
import type { Jobs } from '#platform/ports/jobs.ts'
import type { ObjectStore } from '#platform/ports/object-store.ts'
import { processBirth } from '#platform/process/birth.ts'
import { Executor, type ExecutorDeps } from '#platform/workflow/executor.ts'
import { type Failure, WorkflowStore } from '#platform/workflow/store.ts'
import { endLeftover } from './ffmpeg.ts'
import { type FilmInput, filmsRoot } from './film/parts.ts'
import { filmTasks } from './film/tasks.ts'
import { filmTaskDefinitions, filmWorkflow } from './film/workflow.ts'
import { openFolder, packagedOf, publishedBefore } from './pipeline.ts'
import { removeStreams } from './publish.ts'
import { SourceCache } from './source-cache.ts'

export type TranscodeDeps = {
  readonly events: EventLog
  readonly jobs: Jobs
  readonly objects: ObjectStore
  readonly workRoot: string
  readonly log: Log
}

const films = counter('films_total', 'Films that left the transcode worker', ['outcome'])
const progressPauseMs = 700

/**
 * Takes uploaded films and makes streams of them, one task at a time, together with all other workers on the same jobs and
 * objects. Disposing ends the encoder; its task is done anew, here or elsewhere.
 */
export const createTranscode = async (deps: TranscodeDeps): Promise<AsyncDisposable> => {
  const { jobs, events, objects, workRoot, log } = deps
  await using stack = new AsyncDisposableStack()
  const folder = await openWorkFolder(workRoot)
  stack.defer(() => endAll(folder))
  const cache = stack.use(new SourceCache(objects, folder))
  const stop = new AbortController()
  stack.defer(() => stop.abort())
  const executor = new Executor(executorDeps(deps, { folder, cache, stop: stop.signal }))
  const begin = async (film: FilmInput): Promise<void> => {
    const before = await publishedBefore(objects, film)
    if (before !== null) await events.publish(packaged, [before])
    else await executor.start(film.uploadId, film)
  }
  await executor.work()
  await jobs.work({
    queue: sources,
    handle: ({ data: { uploadId, titleId, objectKey: folderOfParts, sha256 = null } }) =>
      begin({ uploadId, titleId, origin: { kind: 'upload', folder: folderOfParts, sha256 } }),
  })
  await jobs.work({
    queue: cancelled,
    handle: async ({ data: { uploadId, titleId, objectKey: folderOfParts } }) => {
      await executor.cancel(uploadId)
      const film = { uploadId, titleId, origin: { kind: 'upload', folder: folderOfParts, sha256: null } } as const
      // NOTE: what nobody was told of goes.
      if ((await publishedBefore(objects, film)) === null) await removeStreams(objects, film)
      await removeSource(objects, film)
      films.inc({ outcome: 'cancelled' })
      log.info({ uploadId, titleId }, 'film cancelled')
    },
  })
  await jobs.work({
    queue: footage,
    handle: ({ data: { uploadId, titleId, look, seconds } }) => begin({ uploadId, titleId, origin: { kind: 'footage', look, seconds } }),
  })
  return stack.move()
}

type Here = { readonly folder: string; readonly cache: SourceCache; readonly stop: AbortSignal }

const executorDeps = ({ events, jobs, objects, log }: TranscodeDeps, { folder, cache, stop }: Here): ExecutorDeps => {
  const store = new WorkflowStore(objects, filmsRoot)
  const report = paced((film, step, percent) => {
    const { uploadId, titleId } = film
    void events.publish(ingestProgress, [{ uploadId, titleId, step, percent }]).catch(() => undefined)
  })
  const handlers = filmTasks({
    objects,
    fetchSource: (film, signal) => cache.fetch(film, signal),
    openFolder: () => openFolder(folder),
    onProgress: report,
    onLeftOut: ({ uploadId, titleId }, what) => log.warn({ uploadId, titleId, what }, 'left out of the stream'),
  })
  return {
    definition: filmWorkflow,
    tasks: filmTaskDefinitions,
    handlers,
    store,
    jobs,
    queue: tasks,
    stop,
    // NOTE: what members have uploaded goes before the demo's footage.
    urgency: (input) => ((input as FilmInput).origin.kind === 'upload' ? 10 : 0),
    ...endings({ events, objects, log }, cache),
    isFinal: (error) => isCinegraphError(error) && (isOfSource(error) || !errorTable[error.code].retry),
    onFailedTry: (uploadId, ref, error) =>
      log.warn({ uploadId, ref, reason: messageOf(error), cause: causeOf(error) }, 'a part of a film failed'),
    onRest: () => cache.rest(),
  }
}

/** What is told, and cleaned up, when a film is over. */
const endings = (
  { events, objects, log }: Pick<TranscodeDeps, 'events' | 'objects' | 'log'>,
  cache: SourceCache,
): Pick<ExecutorDeps, 'onCompleted' | 'onFailed'> => ({
  onCompleted: async (_workflowId, output) => {
    const stream = packagedOf(output)
    await events.publish(packaged, [stream])
    await cache.release()
    films.inc({ outcome: 'published' })
    log.info({ uploadId: stream.uploadId, durationMs: stream.durationMs, rungs: stream.renditions.length }, 'stream published')
  },
  onFailed: async (input, failure) => {
    const film = input as FilmInput
    const { uploadId, titleId } = film
    log.warn({ uploadId, titleId, ...failure }, 'film not made into a stream')
    films.inc({ outcome: failure.code })
    await events.publish(ingestFailed, [{ uploadId, titleId, ...failure }])
    await cache.release()
    if (isOfSource(failure)) await removeSource(objects, film)
  },
})

/** Whether what arrived is the reason, so that it is of no more use; other failures leave it for another try. */
const isOfSource = ({ code }: Pick<Failure, 'code'>): boolean => code.startsWith('SOURCE_') || code === 'UPLOAD_CHECKSUM'

/** NOTE: the mark beside the parts of an upload stays, by which the origin takes no more. */
const removeSource = async (objects: ObjectStore, { origin }: FilmInput): Promise<void> => {
  if (origin.kind !== 'upload') return
  for await (const { key } of objectsBelow(objects, objectKey(origin.folder))) await objects.remove(key)
}

/** What the programs said that a refusal does not repeat: it names files of this machine. */
const causeOf = (error: unknown): string | undefined =>
  error instanceof Error && error.cause !== undefined ? messageOf(error.cause).slice(0, 2_000) : undefined

/** A folder of this process. Those of processes that have ended go, and the encoders that they left running. */
const openWorkFolder = async (workRoot: string): Promise<string> => {
  await mkdir(workRoot, { recursive: true })
  const nameOf = (pid: number): string => `worker-${pid}-${(processBirth(pid) ?? '').replace(/\W+/g, '_')}`
  for (const name of await readdir(workRoot)) {
    const [, pid] = /^worker-(\d+)-/.exec(name) ?? []
    if (pid === undefined || nameOf(Number(pid)) !== name) await endAll(join(workRoot, name))
  }
  const folder = join(workRoot, nameOf(process.pid))
  await mkdir(folder, { recursive: true })
  return folder
}

const endAll = async (folder: string): Promise<void> => {
  for (const name of await readdir(folder).catch((): string[] => [])) await endLeftover(join(folder, name))
  await rm(folder, { recursive: true, force: true })
}

type Report = (film: FilmInput, step: string, percent: number) => void
const paced = (report: Report): Report => {
  let reportedAt = 0
  return (film, step, percent) => {
    if (Date.now() - reportedAt < progressPauseMs) return
    reportedAt = Date.now()
    report(film, step, percent)
  }
}
