import { effect } from '@preact/signals'
import { render } from 'preact'
import { Header } from './header.ts'
import { followHeading } from './heading.ts'
import { html } from './html.ts'
import { followPlaces } from './places.ts'
import { route, session } from './state.ts'
import { Account } from './views/account.ts'
import { Devices } from './views/devices.ts'
import { Forgotten, Reset } from './views/forgotten.ts'
import { Genre, Genres } from './views/genres.ts'
import { Home } from './views/home.ts'
import { MyList } from './views/my-list.ts'
import { NotFound } from './views/not-found.ts'
import { WholeRow } from './views/row.ts'
import { Search } from './views/search.ts'
import { SignIn } from './views/sign-in.ts'
import { ConfirmSignUp, SignUp } from './views/sign-up.ts'
import { Title } from './views/title.ts'
import { SignInCode } from './views/tv.ts'
import { Watch } from './views/watch.ts'

/** NOTE: what no text may hold names nothing, and no BFF takes it. */
const isText = (part: string): boolean => part.isWellFormed() && !part.includes('\0')

const View = () => {
  const [view, argument = ''] = route.value
  if (!route.value.every(isText)) return html`<${NotFound} />`
  if (view === 'title') return html`<${Title} id=${argument} />`
  if (view === 'watch') return html`<${Watch} id=${argument} />`
  if (view === 'search') return html`<${Search} text=${argument} />`
  if (view === 'genres') return html`<${Genres} />`
  if (view === 'genre') return html`<${Genre} name=${argument} />`
  if (view === 'row') return html`<${WholeRow} id=${argument} />`
  if (view === 'my-list') return html`<${MyList} />`
  if (view === 'account') return html`<${Account} />`
  if (view === 'tv') return html`<${SignInCode} code=${argument} />`
  if (view === 'devices') return html`<${Devices} />`
  if (view === undefined) return html`<${Home} />`
  return html`<${NotFound} />`
}

const skip = (event: Event): void => {
  event.preventDefault()
  const main = document.getElementById('main')
  main?.setAttribute('tabindex', '-1')
  main?.focus()
}

/** What is seen without being signed in; null where that leads to signing in. A link of a mail works for who is signed in, too. */
const outside = () => {
  const [view, argument = ''] = route.value
  if (!route.value.every(isText)) return null
  if (view === 'reset') return html`<${Reset} key=${argument} token=${argument} />`
  if (view === 'forgotten') return html`<${Forgotten} />`
  if (session.value !== null) return null
  if (view === 'sign-up') return html`<${SignUp} />`
  return view === 'confirm' ? html`<${ConfirmSignUp} key=${argument} signUpId=${argument} />` : null
}

const App = () =>
  outside() ??
  (session.value === null
    ? html`<${SignIn} />`
    : html`<a class="skip" href="#main" onClick=${skip}>Skip to content</a><${Header} /><${View} key=${session.value.profile.id} />`)

const root = document.getElementById('app')
if (root !== null) {
  const { moved } = followHeading(root)
  const changed = followPlaces()
  render(html`<${App} />`, root)
  // NOTE: captured, because a view that loads nothing is drawn before the next listener is called.
  const leave = (): void => {
    // NOTE: who is writing a search goes on writing; who comes back is where they were.
    if (!changed() && document.activeElement?.matches('[type=search]') !== true) moved()
  }
  addEventListener('hashchange', leave, { capture: true })
  let isSignedIn = session.value !== null
  effect(() => {
    if (isSignedIn !== (session.value !== null)) moved()
    isSignedIn = session.value !== null
  })
}
