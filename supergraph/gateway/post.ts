import { promisify } from 'node:util'
import { brotliDecompress, gunzip, inflate, zstdDecompress } from 'node:zlib'
import type { Dispatcher } from 'undici'

export type Post = {
  readonly path: string
  readonly headers: Record<string, string>
  readonly body: string
  readonly signal: AbortSignal
  readonly bytesMax: number
}
export type Posted = {
  readonly status: number
  readonly text: string
  /** Whether the answer was cut off because it is larger than `bytesMax`; its text is empty then. */
  readonly isTooLarge?: boolean
  readonly headers: Readonly<Record<string, string | string[] | undefined>>
}

/** One request whose answer is wanted as a whole, without the streams that undici would put between. Rejects when there is none. */
export const post = (dispatcher: Dispatcher, { path, headers, body, signal, bytesMax }: Post): Promise<Posted> =>
  new Promise((resolve, reject) => {
    const parts: Buffer[] = []
    let status = 0
    let received = 0
    let answered: Posted['headers'] = {}
    const done = (finish: () => void): void => {
      signal.onabort = null
      finish()
    }
    dispatcher.dispatch(
      { path, method: 'POST', headers, body },
      {
        onRequestStart: (controller) => {
          const abort = (): void => controller.abort(signal.reason instanceof Error ? signal.reason : new Error('aborted'))
          if (signal.aborted) abort()
          else signal.onabort = abort
        },
        onResponseStart: (_controller, statusCode, responseHeaders) => {
          status = statusCode
          answered = responseHeaders
        },
        onResponseData: (controller, chunk) => {
          received += chunk.length
          if (received > bytesMax) controller.abort(new Error('The answer is too large'))
          else parts.push(chunk)
        },
        onResponseEnd: () =>
          done(() => {
            const coding = answered['content-encoding']
            if (coding === undefined || coding === 'identity') resolve({ status, headers: answered, text: textOf(parts) })
            else
              decoded(Buffer.concat(parts), String(coding), bytesMax).then((how) => resolve({ status, headers: answered, ...how }), reject)
          }),
        onResponseError: (_controller, error) =>
          done(() => (received > bytesMax ? resolve({ status, headers: answered, text: '', isTooLarge: true }) : reject(error))),
      },
    )
  })

const decoders = { gzip: promisify(gunzip), br: promisify(brotliDecompress), zstd: promisify(zstdDecompress), deflate: promisify(inflate) }

/** The codings in which a subgraph may answer. */
export const codingsRead = 'zstd, br, gzip'

/** NOTE: what is short on the way may be long; the limit holds for what it becomes. */
const decoded = async (body: Buffer, coding: string, bytesMax: number): Promise<Pick<Posted, 'text' | 'isTooLarge'>> => {
  const decode = Object.hasOwn(decoders, coding) ? decoders[coding as keyof typeof decoders] : undefined
  if (decode === undefined) throw new TypeError(`it answered in the coding ${coding}, which was not asked for`)
  try {
    return { text: String(await decode(body, { maxOutputLength: bytesMax })) }
  } catch (error) {
    if (error instanceof RangeError) return { text: '', isTooLarge: true }
    throw error
  }
}

const textOf = (parts: readonly Buffer[]): string => (parts.length === 1 ? String(parts[0]) : Buffer.concat(parts).toString())
