import { signal } from '@preact/signals'
import { type Api, createApi } from './api.ts'
import { config } from './config.ts'
import { forgetKept } from './kept.ts'
import { hashOf, routeOf } from './route.ts'
import type { Session } from './session-store.ts'

export const web = createApi('web', '', (next) => {
  if (next?.profile.id !== session.value?.profile.id) forgetKept()
  session.value = next
})
/** Who is signed in, in every tab of this browser; follows renewals, and a session that ended by itself leads back to signing in. */
export const session = signal<Session | null>(web.session())
export const setSession = web.setSession

/** The other devices that this page can show, each with a session of its own. */
export const television = createApi('tv', config.tv)
export const phone = createApi('mobile', config.mobile)

/** What a member who is no longer signed in has to know; empty when there is nothing. */
export const notice = signal('')

/** Resolves with whether the server knows of it. */
const end = async ({ ask, session: current, setSession: set }: Api): Promise<boolean> => {
  const refreshToken = current()?.refreshToken
  // NOTE: first here, so that nobody who leaves the page meanwhile is still signed in.
  set(null)
  if (refreshToken === undefined) return true
  return ask('signOut', { refreshToken }).then(
    () => true,
    () => false,
  )
}

/** Forgets every session that this page has begun. */
export const forgetSessions = (): void => {
  for (const { setSession: set } of [web, television, phone]) set(null)
}

const notTold = 'You are signed out here, but Cinegraph could not be told. End this session under Account, here or on another device.'

/** Ends every session that this page has begun. */
export const signOut = async (): Promise<void> => {
  const told = await Promise.all([web, television, phone].map(end))
  notice.value = told.every(Boolean) ? '' : notTold
}

/** The parts of the view that the address bar names. */
export const route = signal<readonly string[]>([])
const readRoute = (): void => {
  route.value = routeOf(location.hash)
}
addEventListener('hashchange', readRoute)
readRoute()

/** Goes to a view in place of this one: a way back through every letter of a search would be none. */
export const replace = (...parts: readonly string[]): void => {
  history.replaceState(history.state, '', hashOf(parts))
  readRoute()
}

export const go = (...parts: readonly string[]): void => {
  location.hash = hashOf(parts)
}
