import type { RefreshSessionMutation, SignInMutation } from '../documents.generated.ts'

export type Session = Extract<SignInMutation['signIn'], { __typename?: 'Session' }>
export type Api = {
  /** Asks one of the BFF's documents by name. Throws with a sentence for the member. */
  readonly ask: <D>(name: string, variables?: Readonly<Record<string, unknown>>) => Promise<D>
  /** Reports how playing goes; a report that cannot be sent waits and goes with the next. */
  readonly report: (beat: object) => Promise<void>
  readonly session: () => Session | null
  readonly setSession: (session: Session | null) => void
}

type Answer = { readonly data?: unknown; readonly errors?: readonly { readonly message: string; readonly extensions?: { readonly code?: string } }[] }

const waitingMax = 100

/** A client of one BFF, with its own session, kept for as long as the tab lives. */
export const createApi = (name: string, base: string): Api => {
  const storageKey = `cinegraph.${name}`
  let session: Session | null = JSON.parse(sessionStorage.getItem(storageKey) ?? 'null')
  let waiting: object[] = []
  const documents: Promise<Record<string, string>> = fetch(`${base}/documents.json`).then((response) => response.json())

  const setSession = (next: Session | null): void => {
    session = next
    if (next === null) sessionStorage.removeItem(storageKey)
    else sessionStorage.setItem(storageKey, JSON.stringify(next))
  }
  const headers = (): Record<string, string> => ({ 'content-type': 'application/json', 'x-cinegraph-device': `${name}-${deviceId()}`, ...(session ? { authorization: `Bearer ${session.accessToken}` } : {}) })
  const post = async (document: string, variables: object): Promise<Answer> => {
    const query = (await documents)[document]
    const response = await fetch(`${base}/graphql`, { method: 'POST', headers: headers(), body: JSON.stringify({ query, variables }) }).catch(() => null)
    return response === null ? { errors: [{ message: 'Cinegraph cannot be reached. Check the connection and try again.' }] } : response.json()
  }
  const refresh = async (): Promise<boolean> => {
    if (session === null) return false
    const { data } = (await post('refreshSession', { refreshToken: session.refreshToken })) as { data?: RefreshSessionMutation }
    const next = data?.refreshSession
    setSession(next && 'accessToken' in next ? next : null)
    return session !== null
  }
  const ask = async <D>(document: string, variables: object = {}): Promise<D> => {
    let answer = await post(document, variables)
    if (answer.errors?.some((error) => error.extensions?.code === 'UNAUTHENTICATED') && (await refresh())) answer = await post(document, variables)
    const [error] = answer.errors ?? []
    if (error) throw new Error(error.message)
    return answer.data as D
  }
  const report = async (beat: object): Promise<void> => {
    const beats = [...waiting, beat].slice(-waitingMax)
    waiting = beats
    const response = await fetch(`${base}/heartbeat`, { method: 'POST', headers: headers(), body: JSON.stringify(beats), keepalive: true }).catch(() => null)
    if (response?.ok) waiting = waiting.filter((each) => !beats.includes(each))
    else if (response?.status === 401) await refresh()
  }
  return { ask, report, session: () => session, setSession }
}

const deviceId = (): string => {
  const known = localStorage.getItem('cinegraph.device') ?? crypto.randomUUID().slice(0, 8)
  localStorage.setItem('cinegraph.device', known)
  return known
}
