import { stat } from 'node:fs/promises'
import { setTimeout as sleep } from 'node:timers/promises'
import { CinegraphError, messageOf, systemCodeOf } from '#platform/errors/errors.ts'
import type { GraphqlAnswer } from '#platform/graphql/execute.ts'
import { subscribeOverSse } from '#platform/graphql/over-sse.ts'
import { probe } from '../workers/transcode/probe.ts'
import { checksum, sendParts } from './ingest/send-parts.ts'
import { type Ticket, ticketsIn } from './ingest/tickets.ts'

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
  /** Folder in which an upload that is under way is noted, so that another call goes on with it. */
  readonly ticketDir?: string
}
export type Ingested = { readonly titleId: string }

type Upload = { readonly step: string; readonly percent: number; readonly error: string | null; readonly done: boolean }

/**
 * Uploads a film and waits until its title is playable. What a call before has sent of the same film, with the same title,
 * is not sent again. Throws what stood in the way, as a sentence.
 */
export const ingestFilm = async (film: Film, deps: IngestDeps): Promise<Ingested> => {
  const size = await bytesOf(film.file)
  const operator = await signIn(deps)
  deps.onProgress('checksum', 0)
  const { title, kind, maturity, genres } = film
  const input = { title, kind, maturity, genres, bytes: size, sha256: await checksum(film.file), ...(await shapeOf(film.file)) }
  const tickets = ticketsIn(deps.ticketDir, { supergraph: deps.supergraph, ...input })
  const earlier = await tickets.find((found) => canGoOn(operator, found))
  const ticket = earlier ?? (await startUpload(operator, input))
  if (earlier === null) await tickets.keep(ticket)
  await sendParts(film.file, { ticket, bytes: size, isResumed: earlier !== null, onProgress: deps.onProgress })
  await operator.ask('mutation ($id: ID!) { finishUpload(id: $id) { id } }', { id: ticket.id })
  const error = await outcome(operator, ticket.id, deps.onProgress)
  await tickets.drop()
  if (error !== null) throw new CinegraphError('PROCESS_FAILED', { why: error })
  return { titleId: ticket.titleId }
}

/** Throws PROCESS_FAILED for what is no file here, SOURCE_UNREADABLE for an empty one. */
const bytesOf = async (file: string): Promise<number> => {
  const found = await stat(file).catch((error: unknown) => {
    const isAbsent = systemCodeOf(error) === 'ENOENT' || systemCodeOf(error) === 'ENOTDIR'
    const why = isAbsent ? `There is no file ${file}. Name a film on this machine.` : `${file} cannot be read (${messageOf(error)}).`
    throw new CinegraphError('PROCESS_FAILED', { why }, error)
  })
  if (!found.isFile()) throw new CinegraphError('PROCESS_FAILED', { why: `${file} is a folder or a device. Name the film itself.` })
  if (found.size === 0) throw new CinegraphError('SOURCE_UNREADABLE', { why: 'the file is empty' })
  return found.size
}

/** How long a film lasts and how large its picture is, where that can be found out here; the worker looks again. */
const shapeOf = async (file: string): Promise<{ readonly durationMs?: number; readonly height?: number }> => {
  try {
    const { durationMs, height } = await probe(file)
    return { ...(durationMs > 0 ? { durationMs } : {}), height }
  } catch {
    return {}
  }
}

const startUpload = async ({ ask }: Operator, input: Variables): Promise<Ticket> => {
  const document = 'mutation ($input: StartUploadInput!) { startUpload(input: $input) { id titleId partBytes partUrls } }'
  return (await ask<{ startUpload: Ticket }>(document, { input })).startUpload
}

/** Whether an upload that was begun earlier is still known, and has not failed. */
const canGoOn = async ({ ask }: Operator, { id }: Ticket): Promise<boolean> => {
  const { upload } = await ask<{ upload: Upload | null }>('query ($id: ID!) { upload(id: $id) { step percent error done } }', { id })
  return upload !== null && upload.error === null && !upload.done
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

const progressDocument = 'subscription ($id: ID!) { uploadProgress(id: $id) { step percent error done } }'

/**
 * Subscribes to the upload until it is done. Gives why it failed, null when it did not; a stream that is lost is opened
 * again, and begins with how things stand.
 */
const outcome = async ({ subscribe }: Operator, id: string, onProgress: IngestDeps['onProgress']): Promise<string | null> => {
  for (;;) {
    for await (const { uploadProgress: upload } of subscribe<{ uploadProgress: Upload }>(progressDocument, { id })) {
      onProgress(upload.step, upload.percent)
      if (upload.error !== null || upload.done) return upload.error
    }
    await sleep(500)
  }
}
