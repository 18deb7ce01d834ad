import type { PlayMutation, RefreshSessionMutation, SignInMutation } from '../documents.generated.ts'
import { type Answer, answerIn, unreachable } from './answer.ts'
import { createRenewal, type Keeper } from './renewal.ts'

export type Playback = Extract<PlayMutation['play'], { __typename?: 'Playback' }>
export type Session = Extract<SignInMutation['signIn'], { __typename?: 'Session' }>
export type Api = {
  /** Asks one of the BFF's documents by name. Throws with a sentence for the member. */
  readonly ask: <D>(name: string, variables?: Readonly<Record<string, unknown>>) => Promise<D>
  /** Reports how playing goes; a report that cannot be sent waits and goes with the next. Gives the sessions that play no more. */
  readonly report: (beat: object) => Promise<readonly string[]>
  readonly session: () => Session | null
  readonly setSession: (session: Session | null) => void
}

const waitingMax = 100

/** Whatever else stands there, written by another version or by hand, is as good as nobody signed in. */
const readSession = (text: string | null): Session | null => {
  try {
    const read: unknown = JSON.parse(text ?? 'null')
    return typeof read === 'object' && read !== null && 'accessToken' in read && 'profiles' in read ? (read as Session) : null
  } catch {
    return null
  }
}

/** A session, kept for as long as the tab lives. */
const keepSession = (key: string, onChange: (session: Session | null) => void): Keeper<Session> => {
  let session = readSession(sessionStorage.getItem(key))
  return {
    get: () => session,
    set: (next) => {
      session = next
      if (next === null) sessionStorage.removeItem(key)
      else sessionStorage.setItem(key, JSON.stringify(next))
      onChange(next)
    },
  }
}

const hex = (bytes: number): string =>
  Array.from(crypto.getRandomValues(new Uint8Array(bytes)), (byte) => byte.toString(16).padStart(2, '0')).join('')

/** A trace begins where a member presses something (W3C Trace Context). */
const traceparent = (): string => `00-${hex(16)}-${hex(8)}-01`

/** A client of one BFF, with a session of its own; `onSession` is called with each that takes its place. */
export const createApi = (name: string, base: string, onSession: (session: Session | null) => void = () => undefined): Api => {
  const session = keepSession(`cinegraph.${name}`, onSession)
  let documents: Promise<Record<string, string>> | undefined
  const readDocuments = (): Promise<Record<string, string>> => {
    documents ??= fetch(`${base}/documents.json`).then((response) => response.json())
    return documents
  }
  const headers = (): Record<string, string> => {
    const token = session.get()?.accessToken
    return {
      'content-type': 'application/json',
      traceparent: traceparent(),
      'x-cinegraph-device': `${name}-${deviceId()}`,
      ...(token ? { authorization: `Bearer ${token}` } : {}),
    }
  }
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
  const refresh = createRenewal(session, async (refreshToken) => {
    const { data } = (await post('refreshSession', { refreshToken })) as { data?: RefreshSessionMutation }
    if (!data) return undefined
    return 'accessToken' in data.refreshSession ? data.refreshSession : null
  })
  const ask = async <D>(document: string, variables: object = {}): Promise<D> => {
    const first = await post(document, variables)
    const expired = first.errors?.some((error) => error.extensions?.code === 'UNAUTHENTICATED') && (await refresh())
    const { data, errors: [error] = [] } = expired ? await post(document, variables) : first
    if (error) throw new Error(error.message)
    return data as D
  }
  const send = (beats: readonly object[]) =>
    fetch(`${base}/heartbeat`, { method: 'POST', headers: headers(), body: JSON.stringify(beats), keepalive: true }).catch(() => null)
  return { ask, report: reporter(send, refresh), session: session.get, setSession: session.set }
}

const reporter = (send: (beats: readonly object[]) => Promise<Response | null>, refresh: () => Promise<boolean>): Api['report'] => {
  let waiting: readonly object[] = []
  return async (beat) => {
    const beats = [...waiting, beat].slice(-waitingMax)
    waiting = beats
    const response = await send(beats)
    if (response?.ok) waiting = waiting.filter((each) => !beats.includes(each))
    else if (response?.status === 401) await refresh()
    return response?.ok ? stoppedIn(await response.json().catch(() => null)) : []
  }
}

const stoppedIn = (answer: unknown): readonly string[] =>
  typeof answer === 'object' && answer !== null && 'stopped' in answer && Array.isArray(answer.stopped) ? answer.stopped.map(String) : []

const deviceId = (): string => {
  const known = localStorage.getItem('cinegraph.device') ?? crypto.randomUUID().slice(0, 8)
  localStorage.setItem('cinegraph.device', known)
  return known
}
