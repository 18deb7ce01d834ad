import { randomUUID } from 'node:crypto'
import { mkdir, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { Readable } from 'node:stream'
import { z } from 'zod'
import { CinegraphError } from '#platform/errors/errors.ts'
import { absentAsNull, makeFolder, partialIn, privateFile, privateFolder, replaceDurably } from '#platform/files/durable.ts'
import type { ObjectFolder } from '#platform/files/object-folder.ts'
import { openStored, writeStored } from '#platform/files/stored-file.ts'
import {
  type MultipartStore,
  type MultipartUpload,
  type ObjectBody,
  objectsPerPage,
  partBytesMax,
  type UploadedPart,
} from '#platform/ports/object-store.ts'

const About = z.object({ key: z.string(), type: z.string() })
const partsMax = 10_000

/** Uploads as folders below `.uploads`, one file a part. */
export const multipartIn = (root: string, folder: ObjectFolder): MultipartStore => {
  const dirOf = ({ id }: MultipartUpload): string => join(root, '.uploads', z.uuid().parse(id))
  const aboutOf = async (upload: MultipartUpload): Promise<z.infer<typeof About>> => {
    const text = z.uuid().safeParse(upload.id).success
      ? await readFile(join(dirOf(upload), 'about.json'), 'utf8').catch(absentAsNull)
      : null
    const about = text === null ? null : About.parse(JSON.parse(text))
    if (about === null || about.key !== upload.key) throw new CinegraphError('NOT_FOUND', { what: 'upload', id: upload.id })
    return about
  }
  const openPart = async (upload: MultipartUpload, { part, etag }: Pick<UploadedPart, 'part' | 'etag'>) => {
    const file = await openStored(join(dirOf(upload), nameOf(part)))
    if (file !== null && file.stored.etag === etag) return file
    await file?.[Symbol.asyncDispose]()
    throw new CinegraphError('INPUT_INVALID', { name: `Part ${part}`, why: 'has not arrived as it is named' })
  }
  const joined = async function* (upload: MultipartUpload, parts: readonly Pick<UploadedPart, 'part' | 'etag'>[]): AsyncGenerator<Buffer> {
    for (const part of parts) yield* (await openPart(upload, part)).read()
  }
  return {
    begin: async (key, { type = 'application/octet-stream' } = {}) => {
      const upload = { key, id: randomUUID() }
      const dir = dirOf(upload)
      await makeFolder(join(root, '.uploads'))
      await mkdir(dir, { mode: privateFolder })
      await writeFile(join(dir, 'about.json'), JSON.stringify({ key, type }), { mode: privateFile, flush: true })
      return upload
    },
    putPart: async (upload, part, body) => {
      if (!Number.isInteger(part) || part < 1 || part > partsMax)
        throw new CinegraphError('INPUT_INVALID', { name: 'The number of a part', why: `lies from 1 to ${partsMax}` })
      await aboutOf(upload)
      const path = join(dirOf(upload), nameOf(part))
      const partial = partialIn(dirOf(upload))
      await writeStored(partial, atMost(body, partBytesMax), 'application/octet-stream')
      await using file = await openStored(partial)
      await replaceDurably(partial, path)
      return { part, etag: file?.stored.etag ?? '', bytes: file?.stored.bytes ?? 0 }
    },
    listParts: async (upload, { after = 0, limit = objectsPerPage } = {}) => {
      await aboutOf(upload)
      const names = (await readdir(dirOf(upload))).filter((name) => name.startsWith('part-') && name > nameOf(after)).toSorted()
      const parts: UploadedPart[] = []
      for (const name of names.slice(0, limit)) {
        await using file = await openStored(join(dirOf(upload), name))
        if (file !== null) parts.push({ part: Number(name.slice('part-'.length)), etag: file.stored.etag, bytes: file.stored.bytes })
      }
      return { parts, next: names.length > limit ? (parts.at(-1)?.part ?? null) : null }
    },
    complete: async (upload, parts, condition) => {
      const { type } = await aboutOf(upload)
      const inOrder = parts.toSorted((a, b) => a.part - b.part)
      for (const part of inOrder) await (await openPart(upload, part))[Symbol.asyncDispose]()
      const write = (partial: string) => writeStored(partial, Readable.from(joined(upload, inOrder)), type)
      const info = await folder.commit(write, { key: upload.key, condition })
      await rm(dirOf(upload), { recursive: true, force: true })
      return info
    },
    abort: async (upload) => rm(dirOf(upload), { recursive: true, force: true }),
  }
}

const nameOf = (part: number): string => `part-${String(part).padStart(5, '0')}`

/** A body that fails when it has more bytes. */
const atMost = (body: ObjectBody, bytesMax: number): ObjectBody =>
  Readable.from(
    (async function* () {
      let bytes = 0
      for await (const chunk of body instanceof Uint8Array ? [body] : (body as AsyncIterable<Uint8Array>)) {
        bytes += chunk.length
        if (bytes > bytesMax) throw new CinegraphError('INPUT_INVALID', { name: 'A part', why: `has at most ${bytesMax} bytes` })
        yield chunk
      }
    })(),
  )
