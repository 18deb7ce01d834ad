import type { SignInMutation } from '../../documents.generated.ts'
import { config } from '../config.ts'
import { html } from '../html.ts'
import { notice, setSession, web } from '../state.ts'
import { OutsideForm } from './outside.ts'

const below = html`
  <p class="hint"><a href="#/sign-up">Create an account</a> · <a href="#/forgotten">Forgotten your password?</a></p>
  ${config.demo && html`<p class="hint">The demo member is filled in.</p>`}
`

/** Signs a member in; the demo's member is filled in. */
export const SignIn = () => {
  const begin = async (form: FormData): Promise<string> => {
    const { signIn } = await web.ask<SignInMutation>('signIn', { email: form.get('email'), password: form.get('password') })
    if (!('accessToken' in signIn)) return signIn.message
    notice.value = ''
    setSession(signIn)
    return ''
  }
  return html`
    <${OutsideForm} title="Sign in" heading="Good to see you" button="Sign in" said=${notice.value} below=${below} onSend=${begin}>
      <label>E-mail address<input name="email" type="email" autocomplete="username" required value=${config.demo?.email ?? ''} /></label>
      <label>Password<input name="password" type="password" autocomplete="current-password" required value=${config.demo?.password ?? ''} /></label>
    </${OutsideForm}>
  `
}
