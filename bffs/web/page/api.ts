import type { PlayMutation, RefreshSessionMutation } from '../documents.generated.ts'
import { type Answer, answerIn, unreachable } from './answer.ts'
import { createRenewal } from './renewal.ts'
import { type Report, ReportQueue, type Sent } from './report-queue.ts'
import { exclusively, keepSession, type Session } from './session-store.ts'

export type Playback = Extract<PlayMutation['play'], { __typename?: 'Playback' }>
export type Api = {
  /** Asks one of the BFF's documents by name. Throws with a sentence for the member. */
  readonly ask: <D>(name: string, variables?: Readonly<Record<string, unknown>>) => Promise<D>
  /** Begins the reports of one playback, which belong to who is signed in now; one that cannot be sent waits and goes with the next. */
  readonly beginReports: () => Report
  readonly session: () => Session | null
  readonly setSession: (session: Session | null) => void
}

const hex = (bytes: number): string =>
  Array.from(crypto.getRandomValues(new Uint8Array(bytes)), (byte) => byte.toString(16).padStart(2, '0')).join('')

/** A trace begins where a member presses something (W3C Trace Context). */
const traceparent = (): string => `00-${hex(16)}-${hex(8)}-01`

/** A client of one BFF, with a session of its own that the tabs of a browser share; `onSession` is called with each that takes its place. */
export const createApi = (name: string, base: string, onSession: (session: Session | null) => void = () => undefined): Api => {
  const key = `cinegraph.${name}`
  const session = keepSession(key, (next) => {
    void reports.leave(next)
    onSession(next)
  })
  let documents: Promise<Record<string, string>> | undefined
  const readDocuments = (): Promise<Record<string, string>> => {
    documents ??= fetch(`${base}/documents.json`).then((response) => response.json())
    return documents
  }
  const headers = (token = session.get()?.accessToken): Record<string, string> => ({
    'content-type': 'application/json',
    traceparent: traceparent(),
    'x-cinegraph-device': `${name}-${deviceId()}`,
    ...(token ? { authorization: `Bearer ${token}` } : {}),
  })
  const post = async (document: string, variables: object): Promise<Answer> => {
    const query = await readDocuments().then(
      (known) => known[document],
      () => undefined,
    )
    if (query === undefined) documents = undefined
    const body = JSON.stringify({ query, variables })
    const response =
      query === undefined ? null : await fetch(`${base}/graphql`, { method: 'POST', headers: headers(), body }).catch(() => null)
    return response === null ? unreachable : answerIn(await response.text())
  }
  const refresh = createRenewal<Session>(session, {
    exclusively: (work) => exclusively(key, work),
    renew: async (refreshToken) => {
      const { data } = (await post('refreshSession', { refreshToken })) as { data?: RefreshSessionMutation }
      if (!data) return undefined
      return 'accessToken' in data.refreshSession ? data.refreshSession : null
    },
  })
  const ask = async <D>(document: string, variables: object = {}): Promise<D> => {
    const asking = session.get()
    const first = await post(document, variables)
    const expired = first.errors?.some((error) => error.extensions?.code === 'UNAUTHENTICATED') && (await refresh(asking))
    const { data, errors: [error] = [] } = expired ? await post(document, variables) : first
    if (error) throw new Error(error.message)
    return data as D
  }
  const send = async (beats: readonly object[], accessToken: string): Promise<Sent> => {
    const request = { method: 'POST', headers: headers(accessToken), body: JSON.stringify(beats), keepalive: true }
    const response = await fetch(`${base}/heartbeat`, request).catch(() => null)
    return { status: response?.status ?? null, stopped: response?.ok ? stoppedIn(await response.json().catch(() => null)) : [] }
  }
  const reports = new ReportQueue<Session>({ session: session.get, send, renew: refresh })
  return { ask, beginReports: () => reports.begin(), session: session.get, setSession: session.set }
}

const stoppedIn = (answer: unknown): readonly string[] =>
  typeof answer === 'object' && answer !== null && 'stopped' in answer && Array.isArray(answer.stopped) ? answer.stopped.map(String) : []

const deviceId = (): string => {
  const known = localStorage.getItem('cinegraph.device') ?? crypto.randomUUID().slice(0, 8)
  localStorage.setItem('cinegraph.device', known)
  return known
}
