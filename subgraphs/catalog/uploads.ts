import { randomUUID } from 'node:crypto'
import { GenreNames, Maturity, parseInput, ReleaseYear, Sha256, Synopsis, TitleName } from '#platform/contracts/fields.ts'
import { checkFilmLength } from '#platform/contracts/ladder.ts'
import { closedUpload, type ObjectKey, objectKey } from '#platform/contracts/object-key.ts'
import { CinegraphError } from '#platform/errors/errors.ts'
import { signUploadPath } from '#platform/identity/stream-token.ts'
import type { ObjectStore } from '#platform/ports/object-store.ts'
import type { StartUploadInput } from './schema.generated.ts'
import type { Upload, UploadStore } from './store.ts'

const partBytes = 8 * 1024 * 1024
/** An answer with an address for each of so many parts stays below the bound on answers, however long a host's name is. */
const partsMax = 32_768
const bytesMax = partsMax * partBytes
const addressSeconds = 24 * 3600

export type UploadDeps = {
  readonly store: UploadStore
  readonly objects: ObjectStore
  readonly uploadUrl: string
  readonly streamKey: string
  readonly clock: () => Date
}
export type UploadTicket = {
  readonly id: string
  readonly titleId: string
  readonly partBytes: number
  readonly partUrls: readonly string[]
}

const gigabytes = (bytes: number): number => Math.ceil(bytes / 2 ** 30)

const checkBytes = (bytes: number): void => {
  if (!Number.isSafeInteger(bytes) || bytes < 1)
    throw new CinegraphError('INPUT_INVALID', { name: '`bytes`', why: 'is a whole number from 1' })
  if (bytes <= bytesMax) return
  throw new CinegraphError('SOURCE_TOO_LARGE', {
    why: `the file has ${gigabytes(bytes)} GB, and at most ${gigabytes(bytesMax)} GB are taken`,
    advice: 'Export it at a lower bitrate, or in parts, and upload that',
  })
}

/** NOTE: what a client says of a film may be wrong or left out; the worker looks again at what has arrived. */
const checkFilm = (durationMs: number | null | undefined, height: number | null | undefined): void => {
  for (const [name, value] of Object.entries({ durationMs, height }))
    if (typeof value === 'number' && value < 1) throw new CinegraphError('INPUT_INVALID', { name: `\`${name}\``, why: 'is at least 1' })
  if (typeof durationMs === 'number') checkFilmLength(durationMs)
}

/** What an operator says of a film, checked. Throws INPUT_INVALID or SOURCE_TOO_LARGE. */
const checkUpload = (input: StartUploadInput, now: Date) => {
  const { title, synopsis, genres, maturity, year, bytes, sha256, durationMs, height } = input
  checkBytes(bytes)
  checkFilm(durationMs, height)
  return {
    name: parseInput('`title`', TitleName, title),
    synopsis: parseInput('`synopsis`', Synopsis, synopsis ?? ''),
    genres: parseInput('`genres`', GenreNames, genres ?? []),
    maturity: parseInput('`maturity`', Maturity, maturity),
    year: parseInput('`year`', ReleaseYear, year ?? now.getUTCFullYear()),
    sha256: parseInput('`sha256`', Sha256, sha256),
  }
}

const partKey = (folder: string, part: number): ObjectKey => objectKey(`${folder}/part-${String(part).padStart(5, '0')}`)
/** Every part but the last has `partBytes`. */
const bytesOfPart = (bytes: number, part: number): number => Math.min(partBytes, bytes - part * partBytes)

/** Makes the title, and an address per part that takes bytes until tomorrow. Throws INPUT_INVALID or SOURCE_TOO_LARGE. */
export const startUpload = async (input: StartUploadInput, { store, uploadUrl, streamKey, clock }: UploadDeps): Promise<UploadTicket> => {
  const { sha256, ...checked } = checkUpload(input, clock())
  const id = randomUUID()
  const titleId = `t-${randomUUID().slice(0, 13)}`
  const folder = `uploads/${id}`
  const parts = Math.ceil(input.bytes / partBytes)
  const title = { id: titleId, kind: input.kind, ...checked }
  await store.start({ id, titleId, objectKey: folder, parts, bytes: input.bytes, sha256 }, title)
  const expiresAt = new Date(clock().getTime() + addressSeconds * 1000)
  const urlOf = (part: number) => {
    const grant = { key: partKey(folder, part), bytes: bytesOfPart(input.bytes, part), expiresAt }
    return new URL(signUploadPath(grant, streamKey), uploadUrl).href
  }
  return { id, titleId, partBytes, partUrls: Array.from({ length: parts }, (_, part) => urlOf(part)) }
}

/** Ends an upload on its way; one that is published or has failed is given as it stands. Throws NOT_FOUND. */
export const cancelUpload = async (id: string, { store, objects }: UploadDeps): Promise<Upload> => {
  const upload = await store.upload(id)
  if (upload === null) throw new CinegraphError('NOT_FOUND', { what: 'upload', id })
  if (upload.step === 'published' || upload.step === 'failed') return upload
  await close(upload.objectKey, objects)
  return store.cancel({ uploadId: id, titleId: upload.titleId, objectKey: upload.objectKey }, 'An operator has cancelled the upload.')
}

/** From then on the origin takes no more parts. NOTE: each part has the size that its address was signed for, also one that comes in between. */
const close = async (folder: string, objects: ObjectStore): Promise<void> => {
  const key = closedUpload(folder)
  if ((await objects.head(key)) === null) await objects.put(key, new Uint8Array())
}

/** Hands a film whose parts are all there to the workers. Asking again is fine: the upload is given as it stands. Throws NOT_FOUND or UPLOAD_INCOMPLETE. */
export const finishUpload = async (id: string, { store, objects }: UploadDeps): Promise<Upload> => {
  const upload = await store.upload(id)
  if (upload === null) throw new CinegraphError('NOT_FOUND', { what: 'upload', id })
  if (upload.step !== 'uploading' && upload.step !== 'failed') return upload
  for (let part = 0; part < upload.parts; part += 1) {
    const info = await objects.head(partKey(upload.objectKey, part))
    if (info?.bytes === bytesOfPart(upload.bytes, part)) continue
    // NOTE: the parts of a film that cannot be made are removed, and no more are taken.
    if (upload.step === 'failed') return upload
    throw new CinegraphError('UPLOAD_INCOMPLETE', { part: part + 1 })
  }
  await close(upload.objectKey, objects)
  return store.finish(id, { uploadId: id, titleId: upload.titleId, objectKey: upload.objectKey, sha256: upload.sha256 })
}
