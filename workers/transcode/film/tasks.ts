import { rm } from 'node:fs/promises'
import { join } from 'node:path'
import { CinegraphError } from '#platform/errors/errors.ts'
import type { ObjectStore } from '#platform/ports/object-store.ts'
import type { TaskContext, TaskHandler } from '#platform/workflow/executor.ts'
import type { Json } from '#platform/workflow/expressions.ts'
import { makeArtwork } from '../artwork.ts'
import { checkStream } from '../check.ts'
import { planChunks, surely } from '../chunks.ts'
import { type Encoded, encodeChunk, encodeSounds } from '../encode.ts'
import { joinChunks } from '../package/join.ts'
import { packageTracks } from '../package/tracks.ts'
import { planLadder } from '../plan.ts'
import { probe, type Source } from '../probe.ts'
import { publish } from '../publish.ts'
import { soundsOf } from '../sound.ts'
import { extractTexts } from '../texts.ts'
import { makeThumbnails } from '../thumbnails.ts'
import { measure } from '../timeline.ts'
import { chunkRef, type FilmInput, type FilmPlan, fetchPart, type Part, partsOf, putFiles, putPlan, readPlan, soundRef } from './parts.ts'

export type FilmDeps = {
  readonly objects: ObjectStore
  /** The film's file on this machine. */
  readonly fetchSource: (film: FilmInput, signal: AbortSignal) => Promise<string>
  /** An empty folder for one task, and for its encoders. */
  readonly openFolder: () => Promise<AsyncDisposable & { readonly path: string }>
  readonly onProgress: (film: FilmInput, step: string, percent: number) => void
  /** Takes a sentence about each part of a source that is not in the stream. */
  readonly onLeftOut: (film: FilmInput, what: string) => void
}

type Inputs = Readonly<Record<string, Json | undefined>>
const inputs = (input: Json): Inputs => input as Inputs

/** Of a source that is worth showing, the encoder can decode more than this share; two packets may hold the fields of one frame. */
const decodedShareMin = 0.45

/** What makes streams of films, as tasks that take keys of objects and give keys of objects. */
export const filmTasks = (deps: FilmDeps): Readonly<Record<string, TaskHandler>> => ({
  'film.plan': { priority: 0, run: (input, context) => plan(inputs(input).film as unknown as FilmInput, context, deps) },
  'film.chunk': { priority: 1, run: (input, context) => chunk(inputs(input), context, deps) },
  'film.sound': { priority: 2, run: (input, context) => sound(inputs(input), context, deps) },
  'film.publish': { priority: 3, run: (input, context) => publishFilm(inputs(input), context, deps) },
})

const plan = async (film: FilmInput, { signal }: TaskContext, deps: FilmDeps): Promise<Json> => {
  const { objects, fetchSource, onProgress, onLeftOut } = deps
  onProgress(film, 'fetching', 1)
  const file = await fetchSource(film, signal)
  onProgress(film, 'probing', 3)
  const source = await probe(file, signal)
  const { times, ...timeline } = await measure(source, signal)
  if (timeline.audio.length < source.audio.length) onLeftOut(film, 'A track of sound cannot be decoded.')
  const ladder = planLadder({ ...source, framesPerSecond: timeline.framesPerSecond })
  const chunks = await planChunks(source, { timeline, plan: ladder, times }, signal)
  const { file: _file, ...about } = source
  const key = await putPlan(objects, { film, source: about, timeline, plan: ladder, sounds: soundsOf(timeline.audio), chunks })
  const parts = [{ ref: soundRef, name: 'film.sound' }, ...chunks.map((_, at) => ({ ref: chunkRef(at), name: 'film.chunk' }))]
  return {
    plan: key,
    tasks: parts.map(({ ref, name }) => ({ name, taskReferenceName: ref, type: 'SIMPLE' })),
    inputs: Object.fromEntries(parts.map(({ ref }, at) => [ref, { plan: key, at: at - 1 }])),
  }
}

/** How far the encoding of a film is, when this task is at `share` of its own. */
const reportTo = ({ film, chunks }: FilmPlan, { done }: TaskContext, { onProgress }: FilmDeps) => {
  const parts = chunks.length + 1
  return (percent: number): void => onProgress(film, 'encoding', 5 + Math.min(85, (85 * (done - 1 + percent / 100)) / parts))
}

const sourceOf = async ({ film, source }: FilmPlan, signal: AbortSignal, { fetchSource }: FilmDeps): Promise<Source> => ({
  ...source,
  file: await fetchSource(film, signal),
})

const chunk = async (input: Inputs, context: TaskContext, deps: FilmDeps): Promise<Json> => {
  const { objects, openFolder } = deps
  const { signal, ref } = context
  const film = await readPlan(objects, input.plan)
  const source = await sourceOf(film, signal, deps)
  const planned = film.chunks[Number(input.at)]
  if (planned === undefined) throw new CinegraphError('ENCODE_FAILED', { why: `its plan has no ${ref}` })
  await using folder = await openFolder()
  const options = { workDir: folder.path, signal, onPercent: reportTo(film, context, deps) }
  const { video, decodedFrames } = await encodeChunk({ ...film, source }, await surely(source, planned, signal), options)
  const files = video.map(({ rung, file }) => ({ name: rung.name, file }))
  return { objects: await putFiles(objects, { uploadId: film.film.uploadId, ref }, files), decodedFrames: decodedFrames ?? null }
}

const sound = async (input: Inputs, context: TaskContext, deps: FilmDeps): Promise<Json> => {
  const { objects, openFolder } = deps
  const { signal, ref } = context
  const film = await readPlan(objects, input.plan)
  const source = await sourceOf(film, signal, deps)
  await using folder = await openFolder()
  const audio = await encodeSounds({ ...film, source }, { workDir: folder.path, signal, onPercent: reportTo(film, context, deps) })
  const files = audio.map(({ sound: { name }, file }) => ({ name, file }))
  return { objects: await putFiles(objects, { uploadId: film.film.uploadId, ref }, files), decodedFrames: null }
}

const publishFilm = async (input: Inputs, { signal }: TaskContext, deps: FilmDeps): Promise<Json> => {
  const { objects, openFolder, onProgress, onLeftOut } = deps
  const film = await readPlan(objects, input.plan)
  const source = await sourceOf(film, signal, deps)
  const { timeline } = film
  const parts = partsOf(input.parts)
  refuseUndecodable(timeline.sourceFrames, parts)
  await using folder = await openFolder()
  const place = { workDir: folder.path, signal }
  onProgress(film.film, 'packaging', 92)
  const texts = await extractTexts(source, timeline, { ...place, onLeftOut: (what) => onLeftOut(film.film, what) })
  const encoded = await gather(film, parts, { ...place, objects })
  const { videos, sounds } = await packageTracks(encoded, timeline.framesPerSecond)
  checkStream(timeline, videos, sounds)
  const thumbnails = await makeThumbnails(encoded.video, film, place)
  signal.throwIfAborted()
  onProgress(film.film, 'publishing', 96)
  await makeArtwork(objects, film.film.titleId, { video: videos.at(-1), ...place })
  // NOTE: awaited here, where the folder still is.
  return await publish(objects, { uploadId: film.film.uploadId, titleId: film.film.titleId, videos, sounds, texts, thumbnails })
}

const refuseUndecodable = (sourceFrames: number, parts: Readonly<Record<string, Part>>): void => {
  const chunks = Object.entries(parts).filter(([ref]) => ref !== soundRef)
  if (chunks.some(([, { decodedFrames }]) => decodedFrames === null)) return
  const decoded = chunks.reduce((sum, [, { decodedFrames }]) => sum + (decodedFrames ?? 0), 0)
  if (decoded < decodedShareMin * sourceFrames)
    throw new CinegraphError('SOURCE_UNREADABLE', { why: `only ${decoded} of its ${sourceFrames} frames can be decoded` })
}

type Place = { readonly objects: ObjectStore; readonly workDir: string; readonly signal: AbortSignal }

/** Every rendition as one file. NOTE: a chunk is removed here once it is joined, so that the disk holds the stream once and a chunk. */
const gather = async (
  { plan: { rungs }, chunks, sounds }: FilmPlan,
  parts: Readonly<Record<string, Part>>,
  { objects, workDir, signal }: Place,
): Promise<Encoded> => {
  const place = { dir: workDir, signal }
  const fetched = (ref: string, name: string) => fetchPart(objects, { part: parts[ref], ref, name }, place)
  const video: Encoded['video'][number][] = []
  for (const rung of rungs) {
    const file = join(workDir, `${rung.name}.mp4`)
    await joinChunks(
      chunks.map((_, at) => async () => {
        const chunkFile = await fetched(chunkRef(at), rung.name)
        return { file: chunkFile, [Symbol.asyncDispose]: () => rm(chunkFile) }
      }),
      file,
    )
    video.push({ rung, file })
  }
  const audio: Encoded['audio'][number][] = []
  for (const each of sounds) audio.push({ sound: each, file: await fetched(soundRef, each.name) })
  return { video, audio }
}
