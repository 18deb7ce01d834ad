import type { Dispatcher } from 'undici'

export type Post = {
  readonly path: string
  readonly headers: Record<string, string>
  readonly body: string
  readonly signal: AbortSignal
}
export type Posted = {
  readonly status: number
  readonly text: string
  readonly headers: Readonly<Record<string, string | string[] | undefined>>
}

/** One request whose answer is wanted as a whole, without the streams that undici would put between. Rejects when there is none. */
export const post = (dispatcher: Dispatcher, { path, headers, body, signal }: Post): Promise<Posted> =>
  new Promise((resolve, reject) => {
    const parts: Buffer[] = []
    let status = 0
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
        onResponseData: (_controller, chunk) => void parts.push(chunk),
        onResponseEnd: () => done(() => resolve({ status, headers: answered, text: textOf(parts) })),
        onResponseError: (_controller, error) => done(() => reject(error)),
      },
    )
  })

const textOf = (parts: readonly Buffer[]): string => (parts.length === 1 ? String(parts[0]) : Buffer.concat(parts).toString())
