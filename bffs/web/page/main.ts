import '@preact/signals'
import { render } from 'preact'
import { Header } from './header.ts'
import { html } from './html.ts'
import { route, session } from './state.ts'
import { Account } from './views/account.ts'
import { Devices } from './views/devices.ts'
import { Home } from './views/home.ts'
import { NotFound } from './views/not-found.ts'
import { Search } from './views/search.ts'
import { SignIn } from './views/sign-in.ts'
import { Title } from './views/title.ts'
import { SignInCode } from './views/tv.ts'
import { Watch } from './views/watch.ts'

const View = () => {
  const [view, argument = ''] = route.value
  if (view === 'title') return html`<${Title} id=${argument} />`
  if (view === 'watch') return html`<${Watch} id=${argument} />`
  if (view === 'search') return html`<${Search} text=${argument} />`
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

const App = () =>
  session.value === null
    ? html`<${SignIn} />`
    : html`<a class="skip" href="#main" onClick=${skip}>Skip to content</a><${Header} /><${View} />`

const root = document.getElementById('app')
if (root !== null) render(html`<${App} />`, root)
