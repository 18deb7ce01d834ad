import { createHash } from 'node:crypto'
import { createReadStream } from 'node:fs'
import { type FileHandle, open } from 'node:fs/promises'
import { CinegraphError, isCinegraphError } from '#platform/errors/errors.ts'
import { policy } from '#platform/resilience/policy.ts'
import { retry } from '#platform/resilience/retry.ts'
import type { Ticket } from './tickets.ts'

export type Sending = {
  readonly ticket: Ticket
  /** Of the whole file. */
  readonly bytes: number
  /** Whether parts may have arrived before: each is then asked for first. */
  readonly isResumed: boolean
  readonly onProgress: (step: string, percent: number) => void
}
type Part = { readonly url: string; readonly start: number; readonly bytes: number }

const uploading = policy('upload', retry({ attempts: 6, baseMs: 300, maxMs: 5_000 }))

/** The SHA-256 of a file, in hex. */
export const checksum = async (file: string): Promise<string> => {
  const hash = createHash('sha256')
  for await (const chunk of createReadStream(file)) hash.update(chunk)
  return hash.digest('hex')
}

/** Sends each part that is not there yet, in order; a part that fails is tried six times. Throws PROCESS_FAILED, in words. */
export const sendParts = async (file: string, { ticket, bytes, isResumed, onProgress }: Sending): Promise<void> => {
  await using handle = await open(file)
  const { partBytes, partUrls } = ticket
  for (const [at, url] of partUrls.entries()) {
    const part = { url, start: at * partBytes, bytes: Math.min(partBytes, bytes - at * partBytes) }
    try {
      if (!isResumed || !(await hasArrived(part))) await send(part, handle)
    } catch (error) {
      throw lost(at, partUrls.length, error)
    }
    onProgress('uploading', (100 * (at + 1)) / partUrls.length)
  }
}

const lost = (at: number, of: number, cause: unknown): CinegraphError => {
  const reason = isCinegraphError(cause) ? ` (${cause.message})` : ''
  const why = `The upload stopped after ${at} of ${of} parts${reason}. Run the same command again: it sends only what is missing.`
  return new CinegraphError('PROCESS_FAILED', { why }, cause)
}

const hasArrived = uploading(async (signal, { url, bytes }: Part): Promise<boolean> => {
  const { ok, headers } = await fetch(url, { method: 'HEAD', signal })
  return ok && Number(headers.get('content-length')) === bytes
})

const send = uploading(async (signal, { url, start, bytes }: Part, handle: FileHandle): Promise<void> => {
  const { buffer, bytesRead } = await handle.read(new Uint8Array(bytes), 0, bytes, start)
  if (bytesRead !== bytes) throw new CinegraphError('INPUT_INVALID', { name: 'The file', why: 'has changed while it was sent' })
  const headers = { 'content-type': 'application/octet-stream' }
  const response = await fetch(url, { method: 'PUT', headers, body: buffer, signal })
  await response.body?.cancel()
  if (!response.ok) throw refused(response.status)
})

/** NOTE: another try cannot help where the address has expired, was signed for another part, or the upload is finished. */
const refused = (status: number): CinegraphError =>
  status === 400 || status === 403 || status === 409
    ? new CinegraphError('INPUT_INVALID', { name: 'The part', why: `was refused by the origin (${status})` })
    : new CinegraphError('ORIGIN_UNAVAILABLE')
