import { signal } from '@preact/signals'
import { createApi, type Session } from './api.ts'
import { hashOf, routeOf } from './route.ts'

export const web = createApi('web', '', (next) => {
  session.value = next
})
/** Who is signed in; follows renewals, and a session that ended by itself leads back to signing in. */
export const session = signal<Session | null>(web.session())
export const setSession = web.setSession

/** The parts of the view that the address bar names. */
export const route = signal<readonly string[]>([])
const readRoute = (): void => {
  route.value = routeOf(location.hash)
}
addEventListener('hashchange', () => {
  readRoute()
  scrollTo(0, 0)
})
readRoute()

export const go = (...parts: readonly string[]): void => {
  location.hash = hashOf(parts)
}
