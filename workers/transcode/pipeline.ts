import { mkdtemp, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { z } from 'zod'
import type { EventOf } from '#platform/contracts/topic.ts'
import { type packaged, TitlePackaged } from '#platform/contracts/topics/ingest.packaged.ts'
import type { ObjectStore } from '#platform/ports/object-store.ts'
import { runHere } from '#platform/workflow/run-here.ts'
import { WorkflowStore } from '#platform/workflow/store.ts'
import { type FilmInput, filmsRoot } from './film/parts.ts'
import { type FilmDeps, filmTasks } from './film/tasks.ts'
import { filmWorkflow } from './film/workflow.ts'
import { published, removeOthers } from './publish.ts'

export type Film = {
  readonly uploadId: string
  readonly titleId: string
  readonly workDir: string
  readonly fetchSource: () => Promise<string>
}
export type PipelineDeps = {
  readonly objects: ObjectStore
  readonly signal: AbortSignal
  readonly onProgress: (step: string, percent: number) => void
  /** Takes a sentence about each part of a source that is not in the stream. */
  readonly onLeftOut?: (what: string) => void
}

/** What was published for a film, without what others have left of it; null when it is still to be made. */
export const publishedBefore = async (
  objects: ObjectStore,
  film: Pick<FilmInput, 'uploadId' | 'titleId'>,
): Promise<EventOf<typeof packaged> | null> => {
  const before = await published(objects, film)
  if (before !== null) await removeOthers(objects, before)
  return before
}

/** The stream that the workflow of a film ends with. */
export const packagedOf = (output: unknown): EventOf<typeof packaged> => z.object({ packaged: TitlePackaged }).parse(output).packaged

/** From a film to a stream by the tasks of its workflow, one after the other in this process. A film that was published is not made again. */
export const makeStream = async (
  { uploadId, titleId, workDir, fetchSource }: Film,
  { objects, signal, onProgress, onLeftOut = () => undefined }: PipelineDeps,
): Promise<EventOf<typeof packaged>> => {
  const before = await publishedBefore(objects, { uploadId, titleId })
  if (before !== null) return before
  const deps: FilmDeps = {
    objects,
    fetchSource: once(fetchSource),
    openFolder: () => openFolder(workDir),
    onProgress: (_film, step, percent) => onProgress(step, percent),
    onLeftOut: (_film, what) => onLeftOut(what),
  }
  const store = new WorkflowStore(objects, filmsRoot)
  const input = { uploadId, titleId, origin: { kind: 'upload', folder: '', sha256: null } }
  try {
    const output = await runHere({ definition: filmWorkflow, handlers: filmTasks(deps), workflowId: uploadId, input, signal })
    return packagedOf(output)
  } finally {
    await store.end(uploadId)
  }
}

const once = <T>(work: () => Promise<T>): (() => Promise<T>) => {
  let done: Promise<T> | undefined
  return () => (done ??= work())
}

/** An empty folder below `root`, removed when it is disposed of. */
export const openFolder = async (root: string): Promise<AsyncDisposable & { readonly path: string }> => {
  const path = await mkdtemp(join(root, 'task-'))
  return { path, [Symbol.asyncDispose]: () => rm(path, { recursive: true, force: true }) }
}
