import { signal } from '@preact/signals'
import { createApi, type Session } from './api.ts'

export const web = createApi('web', '')
export const session = signal<Session | null>(web.session())

export const setSession = (next: Session | null): void => {
  web.setSession(next)
  session.value = next
}

/** The view that the address bar names: `#/title/t-0001` is `['title', 't-0001']`. */
export const route = signal<readonly string[]>([])
const readRoute = (): void => {
  route.value = location.hash
    .replace(/^#\/?/, '')
    .split('/')
    .map(decodeURIComponent)
    .filter((part) => part !== '')
}
addEventListener('hashchange', () => {
  readRoute()
  scrollTo(0, 0)
})
readRoute()

export const go = (...parts: readonly string[]): void => {
  location.hash = `#/${parts.map(encodeURIComponent).join('/')}`
}
