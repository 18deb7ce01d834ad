import { createHash } from 'node:crypto'
import { createReadStream } from 'node:fs'
import { open, stat } from 'node:fs/promises'
import { setTimeout as sleep } from 'node:timers/promises'
import { CinegraphError, messageOf } from '#platform/errors/errors.ts'
import type { GraphqlAnswer } from '#platform/graphql/execute.ts'
import { subscribeOverSse } from '#platform/graphql/over-sse.ts'
import { policy } from '#platform/resilience/policy.ts'
import { retry } from '#platform/resilience/retry.ts'

export type Film = {
  readonly file: string
  readonly title: string
  readonly kind: 'FILM' | 'EPISODE'
  readonly maturity: number
  readonly genres: readonly string[]
}
export type IngestDeps = {
  readonly supergraph: string
  readonly operator: { readonly email: string; readonly password: string }
  readonly onProgress: (step: string, percent: number) => void
}
export type Ingested = { readonly titleId: string }

type Ticket = { readonly id: string; readonly titleId: string; readonly partBytes: number; readonly partUrls: readonly string[] }
type Upload = { readonly step: string; readonly percent: number; readonly error: string | null; readonly done: boolean }

const uploading = policy('upload', retry({ attempts: 6, baseMs: 300, maxMs: 5_000 }))

/** Uploads a film and waits until its title is playable. Throws what stood in the way, as a sentence. */
export const ingestFilm = async (film: Film, deps: IngestDeps): Promise<Ingested> => {
  const { size } = await stat(film.file).catch((error: unknown) => {
    throw new CinegraphError('SOURCE_UNREADABLE', { why: messageOf(error) }, error)
  })
  if (size === 0) throw new CinegraphError('SOURCE_UNREADABLE', { why: 'the file is empty' })
  const operator = await signIn(deps)
  const { ask } = operator
  deps.onProgress('checksum', 0)
  const sha256 = await checksum(film.file)
  const { title, kind, maturity, genres } = film
  const input = { title, kind, maturity, genres, bytes: size, sha256 }
  const { startUpload } = await ask<{ startUpload: Ticket }>(
    'mutation ($input: StartUploadInput!) { startUpload(input: $input) { id titleId partBytes partUrls } }',
    { input },
  )
  await sendParts(film.file, startUpload, deps.onProgress)
  await ask('mutation ($id: ID!) { finishUpload(id: $id) { id } }', { id: startUpload.id })
  await untilPublished(operator, startUpload.id, deps.onProgress)
  return { titleId: startUpload.titleId }
}

type Variables = Readonly<Record<string, unknown>>
type Operator = {
  readonly ask: <D>(query: string, variables: Variables) => Promise<D>
  /** Ends when the stream is lost. */
  readonly subscribe: <D>(query: string, variables: Variables) => AsyncIterable<D>
}

const signIn = async ({ supergraph, operator }: IngestDeps): Promise<Operator> => {
  let token = ''
  const url = new URL('/graphql', supergraph)
  const post = async <D>(query: string, variables: Variables): Promise<D> => {
    const response = await fetch(url, {
      method: 'POST',
      headers: { 'content-type': 'application/json', ...(token === '' ? {} : { authorization: `Bearer ${token}` }) },
      body: JSON.stringify({ query, variables }),
    }).catch((error: unknown) => {
      throw new CinegraphError('SUBGRAPH_UNAVAILABLE', { name: `supergraph at ${supergraph}` }, error)
    })
    return dataOf<D>((await response.json()) as GraphqlAnswer)
  }
  const renew = async (): Promise<void> => {
    const document =
      'mutation ($email: String!, $password: String!) { signIn(email: $email, password: $password) { ... on Session { accessToken } ... on Refusal { message } } }'
    const { signIn: answer } = await post<{ signIn: { accessToken?: string; message?: string } }>(document, operator)
    if (answer.accessToken === undefined)
      throw new CinegraphError('PROCESS_FAILED', { why: answer.message ?? 'The operator could not sign in.' })
    token = answer.accessToken
  }
  await renew()
  const renewing = setInterval(() => renew().catch(() => undefined), 240_000)
  renewing.unref()
  const subscribe = async function* <D>(query: string, variables: Variables): AsyncGenerator<D> {
    await using stack = new AsyncDisposableStack()
    const gone = new AbortController()
    stack.defer(() => gone.abort())
    const events = subscribeOverSse({ url, headers: { authorization: `Bearer ${token}` }, request: { query, variables } }, gone.signal)
    for await (const answer of lost(events)) yield dataOf<D>(answer)
  }
  return { ask: post, subscribe }
}

async function* lost<T>(events: AsyncIterable<T>): AsyncGenerator<T> {
  try {
    yield* events
  } catch {
    // NOTE: the caller opens it again.
  }
}

const dataOf = <D>({ data, errors = [] }: GraphqlAnswer): D => {
  const [first] = errors
  if (first) throw new CinegraphError('PROCESS_FAILED', { why: first.message })
  return data as D
}

const checksum = async (file: string): Promise<string> => {
  const hash = createHash('sha256')
  for await (const chunk of createReadStream(file)) hash.update(chunk)
  return hash.digest('hex')
}

const sendParts = async (file: string, { partBytes, partUrls }: Ticket, onProgress: IngestDeps['onProgress']): Promise<void> => {
  await using handle = await open(file)
  const send = uploading(async (signal, url: string, body: Uint8Array<ArrayBuffer>) => {
    const response = await fetch(url, { method: 'PUT', headers: { 'content-type': 'application/octet-stream' }, body, signal })
    if (!response.ok) throw new CinegraphError('UPLOAD_INCOMPLETE', { part: url.split('?')[0] ?? '' })
  })
  for (const [at, url] of partUrls.entries()) {
    const buffer = new Uint8Array(partBytes)
    const { bytesRead } = await handle.read(buffer, 0, partBytes, at * partBytes)
    await send(url, buffer.subarray(0, bytesRead))
    onProgress('uploading', (100 * (at + 1)) / partUrls.length)
  }
}

const progressDocument = 'subscription ($id: ID!) { uploadProgress(id: $id) { step percent error done } }'

/** Subscribes to the upload until it is done; a stream that is lost is opened again, and begins with how things stand. */
const untilPublished = async ({ subscribe }: Operator, id: string, onProgress: IngestDeps['onProgress']): Promise<void> => {
  for (;;) {
    for await (const { uploadProgress: upload } of subscribe<{ uploadProgress: Upload }>(progressDocument, { id })) {
      onProgress(upload.step, upload.percent)
      if (upload.error !== null) throw new CinegraphError('PROCESS_FAILED', { why: upload.error })
      if (upload.done) return
    }
    await sleep(500)
  }
}
