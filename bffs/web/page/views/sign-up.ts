import type { ConfirmSignUpMutation, PlansQuery, SignUpMutation } from '../../documents.generated.ts'
import { html } from '../html.ts'
import { useLoading } from '../loading.ts'
import { money } from '../money.ts'
import { go, replace, setSession, web } from '../state.ts'
import { OutsideForm } from './outside.ts'

/** NOTE: browsers without a language of their own name the system's, `en-US@posix`, which is no language tag. */
const ownLanguage = (): string => navigator.language.replace(/@.*/, '')

/** Where somebody begins an account: a code is mailed to the address. */
export const SignUp = () => {
  const { value } = useLoading('plans', () => web.ask<PlansQuery>('plans'))
  const begin = async (form: FormData): Promise<string> => {
    const input = { ...Object.fromEntries(form), planId: form.get('planId') || null, language: ownLanguage() }
    const { signUp } = await web.ask<SignUpMutation>('signUp', { input })
    if ('message' in signUp) return signUp.message
    go('confirm', signUp.signUpId)
    return ''
  }
  return html`
    <${OutsideForm} title="Create an account" button="Mail me a code" onSend=${begin}>
      <label>Your name<input name="profileName" autocomplete="given-name" maxlength="40" required /></label>
      <label>E-mail address<input name="email" type="email" autocomplete="username" required /></label>
      <label>Password<input name="password" type="password" autocomplete="new-password" minlength="8" maxlength="256" required /></label>
      <label>Plan
        <select name="planId">
          <option value="">Choose later</option>
          ${(value?.plans ?? []).map(({ id, name, priceCents, currency }) => html`<option key=${id} value=${id}>${name}, ${money(priceCents, currency)} a month</option>`)}
        </select>
      </label>
    </${OutsideForm}>
  `
}

/** Where the code of the mail is entered. */
export const ConfirmSignUp = ({ signUpId }: { readonly signUpId: string }) => {
  const confirm = async (form: FormData): Promise<string> => {
    const { confirmSignUp } = await web.ask<ConfirmSignUpMutation>('confirmSignUp', { signUpId, code: form.get('code') })
    if (!('accessToken' in confirmSignUp)) return confirmSignUp.message
    setSession(confirmSignUp)
    replace()
    return ''
  }
  return html`
    <${OutsideForm} title="Enter the code" button="Begin" said="A mail is on its way to you. It may take a minute." onSend=${confirm}>
      <label>Code of the mail<input name="code" autocomplete="one-time-code" autocapitalize="characters" required /></label>
    </${OutsideForm}>
  `
}
