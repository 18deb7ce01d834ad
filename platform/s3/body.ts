import { Readable } from 'node:stream'
import { CinegraphError } from '#platform/errors/errors.ts'
import type { ObjectBody } from '#platform/ports/object-store.ts'
import { asOurs } from '#platform/s3/client.ts'

/** Gives a body in pieces of exactly this size, the last of any size; one empty piece for an empty body. */
export async function* piecesOf(body: ObjectBody, bytes: number): AsyncGenerator<Buffer> {
  if (body instanceof Uint8Array && body.length <= bytes) {
    yield Buffer.from(body.buffer, body.byteOffset, body.length)
    return
  }
  let held: Uint8Array[] = []
  let size = 0
  let isEmpty = true
  for await (const chunk of body instanceof Uint8Array ? [body] : (body as AsyncIterable<Uint8Array>)) {
    held.push(chunk)
    size += chunk.length
    if (size < bytes) continue
    const all = Buffer.concat(held, size)
    let at = 0
    for (; size - at >= bytes; at += bytes) yield all.subarray(at, at + bytes)
    isEmpty = false
    held = at === size ? [] : [all.subarray(at)]
    size -= at
  }
  if (size > 0 || isEmpty) yield Buffer.concat(held, size)
}

/** All of a body that has at most so many bytes. Throws INPUT_INVALID for more. */
export const wholeBody = async (body: ObjectBody, bytesMax: number): Promise<Buffer> => {
  const pieces = piecesOf(body, bytesMax)
  const { value: first } = await pieces.next()
  if (!(await pieces.next()).done) {
    await pieces.return(undefined)
    throw new CinegraphError('INPUT_INVALID', { name: 'A part', why: `has at most ${bytesMax} bytes` })
  }
  return first ?? Buffer.alloc(0)
}

/** The bytes of a stream, with errors that our callers know. */
export const streamOf = (source: AsyncIterable<Uint8Array>): Readable =>
  Readable.from(
    (async function* () {
      try {
        yield* source
      } catch (error) {
        throw asOurs(error)
      }
    })(),
    { objectMode: false },
  )
