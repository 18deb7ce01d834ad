import type { SignInMutation } from '../documents.generated.ts'
import type { Keeper } from './renewal.ts'

export type Session = Extract<SignInMutation['signIn'], { __typename?: 'Session' }>

/** Whatever else stands there, written by another version or by hand, is as good as nobody signed in. */
const readSession = (text: string | null): Session | null => {
  try {
    const read: unknown = JSON.parse(text ?? 'null')
    return typeof read === 'object' && read !== null && 'accessToken' in read && 'profiles' in read && 'profile' in read
      ? (read as Session)
      : null
  } catch {
    return null
  }
}

/**
 * A session that all tabs of a browser share, the profile that watches included; it outlives them. `onChange` is called with each
 * that takes its place, whichever tab has put it there.
 * NOTE: each tab with a copy of its own would spend the refresh token of the others, which the server takes for theft.
 */
export const keepSession = (key: string, onChange: (session: Session | null) => void): Keeper<Session> => {
  let [text, session]: [string | null, Session | null] = [null, null]
  const get = (): Session | null => {
    const stored = localStorage.getItem(key)
    if (stored !== text) [text, session] = [stored, readSession(stored)]
    return session
  }
  addEventListener('storage', (event) => {
    if (event.storageArea === localStorage && (event.key === key || event.key === null)) onChange(get())
  })
  return {
    get,
    set: (next) => {
      if (next === null) localStorage.removeItem(key)
      else localStorage.setItem(key, JSON.stringify(next))
      onChange(get())
    },
  }
}

/** Runs what only one tab may do at a time (W3C Web Locks). NOTE: browsers have no locks for pages without TLS, but for this machine's own. */
export const exclusively = <T>(name: string, work: () => Promise<T>): Promise<T> =>
  'locks' in navigator ? navigator.locks.request(name, work) : work()
