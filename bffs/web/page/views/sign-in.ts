import { useState } from 'preact/hooks'
import type { SignInMutation } from '../../documents.generated.ts'
import { config } from '../config.ts'
import { failureText } from '../failure.ts'
import { html } from '../html.ts'
import { notice, setSession, web } from '../state.ts'

/** Signs a member in; the demo's member is filled in. */
export const SignIn = () => {
  const [error, setError] = useState('')
  const [busy, setBusy] = useState(false)
  const submit = async (event: SubmitEvent): Promise<void> => {
    event.preventDefault()
    if (!(event.target instanceof HTMLFormElement)) return
    const form = new FormData(event.target)
    setBusy(true)
    try {
      const { signIn } = await web.ask<SignInMutation>('signIn', { email: form.get('email'), password: form.get('password') })
      if (!('accessToken' in signIn)) return setError(signIn.message)
      notice.value = ''
      setSession(signIn)
    } catch (failure) {
      setError(failureText(failure))
    } finally {
      setBusy(false)
    }
  }
  return html`
    <main class="sign-in" id="main">
      <form onSubmit=${submit} aria-labelledby="sign-in-heading">
        <p class="brand">Cinegraph</p>
        <h1 id="sign-in-heading" data-title="Sign in">Good to see you</h1>
        <label>E-mail address<input name="email" type="email" autocomplete="username" required value=${config.demo?.email ?? ''} /></label>
        <label>Password<input name="password" type="password" autocomplete="current-password" required value=${config.demo?.password ?? ''} /></label>
        <p role="status">${notice.value}</p>
        <p class="error" role="alert">${error}</p>
        <button class="primary" disabled=${busy}>${busy ? 'One moment …' : 'Sign in'}</button>
        <p class="hint"><a href="#/sign-up">Create an account</a> · <a href="#/forgotten">Forgotten your password?</a></p>
        ${config.demo && html`<p class="hint">The demo member is filled in.</p>`}
      </form>
    </main>
  `
}
