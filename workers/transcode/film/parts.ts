import { createReadStream, createWriteStream } from 'node:fs'
import { join } from 'node:path'
import { pipeline } from 'node:stream/promises'
import { objectKey } from '#platform/contracts/object-key.ts'
import { CinegraphError } from '#platform/errors/errors.ts'
import { readObject } from '#platform/files/read-object.ts'
import type { ObjectStore } from '#platform/ports/object-store.ts'
import type { Json } from '#platform/workflow/expressions.ts'
import type { Chunk } from '../chunks.ts'
import type { Plan } from '../plan.ts'
import type { Source } from '../probe.ts'
import type { Sound } from '../sound.ts'
import type { Timeline } from '../timeline.ts'

/** Where workflows of films keep what they need, each below its upload's id. */
export const filmsRoot = 'work'

/** Where a film comes from: parts of an upload in the object store, or one of the demo's looks. */
export type Origin =
  | { readonly kind: 'upload'; readonly folder: string; readonly sha256: string | null }
  | { readonly kind: 'footage'; readonly look: number; readonly seconds: number }
export type FilmInput = { readonly uploadId: string; readonly titleId: string; readonly origin: Origin }

/** What the plan of a film says to all that make a part of it. */
export type FilmPlan = {
  readonly film: FilmInput
  readonly source: Omit<Source, 'file'>
  readonly timeline: Timeline
  readonly plan: Plan
  readonly sounds: readonly Sound[]
  readonly chunks: readonly Chunk[]
}
/** What a task has made: keys of objects by the name of their rendition. */
export type Part = { readonly objects: Readonly<Record<string, string>>; readonly decodedFrames: number | null }

export const chunkRef = (at: number): string => `chunk-${String(at + 1).padStart(5, '0')}`
export const soundRef = 'sound'

/** NOTE: made by `putPlan` alone, in this version or the one before it. */
export const readPlan = async (objects: ObjectStore, key: unknown): Promise<FilmPlan> =>
  JSON.parse((await readObject(objects, objectKey(String(key)))).toString('utf8')) as FilmPlan

export const putPlan = async (objects: ObjectStore, plan: FilmPlan): Promise<string> => {
  const key = objectKey(`${filmsRoot}/${plan.film.uploadId}/media/plan.json`)
  await objects.put(key, Buffer.from(JSON.stringify(plan)), { type: 'application/json' })
  return key
}

/** Puts files that a task has made; made again they have the same keys and the same bytes. */
export const putFiles = async (
  objects: ObjectStore,
  { uploadId, ref }: { readonly uploadId: string; readonly ref: string },
  files: readonly { readonly name: string; readonly file: string }[],
): Promise<Readonly<Record<string, string>>> => {
  const keys = files.map(({ name, file }) => ({ name, file, key: objectKey(`${filmsRoot}/${uploadId}/media/${ref}/${name}.mp4`) }))
  for (const { key, file } of keys) await objects.put(key, createReadStream(file), { type: 'video/mp4' })
  return Object.fromEntries(keys.map(({ name, key }) => [name, key]))
}

/** The parts that a join has gathered, by the reference name of their task. */
export const partsOf = (json: Json | undefined): Readonly<Record<string, Part>> => (json ?? {}) as Readonly<Record<string, Part>>

/** Fetches the rendition `name` of a part into a file of the folder `dir`. */
export const fetchPart = async (
  objects: ObjectStore,
  { part, ref, name }: { readonly part: Part | undefined; readonly ref: string; readonly name: string },
  { dir, signal }: { readonly dir: string; readonly signal: AbortSignal },
): Promise<string> => {
  const key = part?.objects[name]
  const opened = key === undefined ? null : await objects.get(objectKey(key))
  if (opened === null) throw new CinegraphError('ENCODE_FAILED', { why: `its part ${ref} has gone` })
  const file = join(dir, `${ref}-${name}.mp4`)
  await pipeline(opened.body, createWriteStream(file), { signal })
  return file
}
