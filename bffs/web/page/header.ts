import type { SwitchProfileMutation } from '../documents.generated.ts'
import { html } from './html.ts'
import { go, route, session, setSession, web } from './state.ts'

const switchTo = async (profileId: string): Promise<void> => {
  const { switchProfile } = await web.ask<SwitchProfileMutation>('switchProfile', { profileId })
  if ('accessToken' in switchProfile) setSession(switchProfile)
  go()
}

const signOut = async (): Promise<void> => {
  const refreshToken = session.value?.refreshToken
  await web.ask('signOut', { refreshToken }).catch(() => undefined)
  setSession(null)
}

const search = (event: Event): void => {
  if (event.target instanceof HTMLInputElement) go('search', event.target.value)
}

export const Header = () => {
  const profiles = session.value?.profiles ?? []
  const [view, text = ''] = route.value
  return html`
    <header class="header">
      <a class="brand" href="#/" aria-label="Cinegraph, home">Cinegraph</a>
      <nav aria-label="Main"><a href="#/" aria-current=${view === undefined ? 'page' : undefined}>Home</a><a href="#/devices" aria-current=${view === 'devices' ? 'page' : undefined}>Devices</a><a href="#/account" aria-current=${view === 'account' ? 'page' : undefined}>Account</a></nav>
      <search><input type="search" aria-label="Search films and series" placeholder="Search" value=${view === 'search' ? text : ''} onInput=${search} /></search>
      <label class="profile"><span class="sr-only">Profile</span>
        <select value=${session.value?.profile.id} onChange=${(event: Event) => event.target instanceof HTMLSelectElement && switchTo(event.target.value)}>
          ${profiles.map((profile) => html`<option key=${profile.id} value=${profile.id}>${profile.name}</option>`)}
        </select>
      </label>
      <button class="quiet" onClick=${signOut}>Sign out</button>
    </header>
  `
}
