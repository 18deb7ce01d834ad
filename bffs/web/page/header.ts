import { useState } from 'preact/hooks'
import type { SwitchProfileMutation } from '../documents.generated.ts'
import { failureText } from './failure.ts'
import { html } from './html.ts'
import { Pin, type PinAsked } from './pin.ts'
import { routeOf } from './route.ts'
import { go, replace, route, session, setSession, signOut, web } from './state.ts'

type Refused = { readonly message: string; readonly wantsPin: boolean }

/** Why the profile could not be changed, and whether a PIN would help; undefined when it was. */
const switchTo = async (profileId: string, pin?: string): Promise<Refused | undefined> => {
  try {
    const { switchProfile } = await web.ask<SwitchProfileMutation>('switchProfile', { profileId, pin })
    if (!('accessToken' in switchProfile)) {
      const { code, message } = switchProfile
      return { message, wantsPin: code === 'PIN_NEEDED' || code === 'WRONG_PIN' }
    }
    const before = session.value?.refreshToken
    setSession(switchProfile)
    // NOTE: signing out ends the session that is shown; nobody would end the one before.
    void web.ask('signOut', { refreshToken: before }).catch(() => undefined)
    go()
    return undefined
  } catch (failure) {
    return { message: failureText(failure), wantsPin: false }
  }
}

const search = (event: Event): void => {
  if (!(event.target instanceof HTMLInputElement)) return
  // NOTE: the address itself, which changes at once; the view follows it a little later than a fast typist.
  const show = routeOf(location.hash)[0] === 'search' ? replace : go
  show('search', event.target.value)
}

export const Header = () => {
  const [error, setError] = useState('')
  const [asked, setAsked] = useState<PinAsked | null>(null)
  const profiles = session.value?.profiles ?? []
  const attempt = async (profileId: string, pin?: string): Promise<Refused | undefined> => {
    const refused = await switchTo(profileId, pin)
    setAsked(refused?.wantsPin ? { profileId, message: refused.message } : null)
    setError(refused === undefined || refused.wantsPin ? '' : refused.message)
    return refused
  }
  const choose = async ({ target }: Event): Promise<void> => {
    if (!(target instanceof HTMLSelectElement)) return
    const refused = await attempt(target.value)
    // NOTE: what the member sees chosen is who is watching.
    if (refused !== undefined) target.value = session.value?.profile.id ?? ''
  }
  const [view, text = ''] = route.value
  const isKids = session.value?.profile.kids === true
  return html`
    <header class="header">
      <a class="brand" href="#/" aria-label="Cinegraph, home">Cinegraph</a>
      <nav aria-label="Main"><a href="#/" aria-current=${view === undefined ? 'page' : undefined}>Home</a><a href="#/my-list" aria-current=${view === 'my-list' ? 'page' : undefined}>My list</a><a href="#/genres" aria-current=${view === 'genres' || view === 'genre' ? 'page' : undefined}>Genres</a><a href="#/devices" aria-current=${view === 'devices' ? 'page' : undefined}>Devices</a>${!isKids && html`<a href="#/account" aria-current=${view === 'account' ? 'page' : undefined}>Account</a>`}</nav>
      <search><input type="search" aria-label="Search films and series" placeholder="Search" maxlength="200" value=${view === 'search' ? text : ''} onInput=${search} /></search>
      <label class="profile"><span class="sr-only">Profile</span>
        <select value=${session.value?.profile.id} onChange=${choose}>
          ${profiles.map((profile) => html`<option key=${profile.id} value=${profile.id}>${profile.name}</option>`)}
        </select>
      </label>
      <button class="quiet" onClick=${signOut}>Sign out</button>
    </header>
    ${asked && html`<${Pin} asked=${asked} onPin=${(pin: string) => attempt(asked.profileId, pin)} onCancel=${() => setAsked(null)} />`}
    ${error !== '' && html`<p class="notice" role="alert">${error}</p>`}
  `
}
