import { useState } from 'preact/hooks'
import type { ResetPasswordMutation, StartPasswordResetMutation } from '../../documents.generated.ts'
import { html } from '../html.ts'
import { forgetSessions, notice, replace, web } from '../state.ts'
import { OutsideForm } from './outside.ts'

/** Where a link that sets another password is asked for. */
export const Forgotten = () => {
  const [said, setSaid] = useState('')
  const start = async (form: FormData): Promise<string> => {
    const { startPasswordReset } = await web.ask<StartPasswordResetMutation>('startPasswordReset', { email: form.get('email') })
    if ('message' in startPasswordReset) return startPasswordReset.message
    setSaid('A mail is on its way to that address. Its link sets another password.')
    return ''
  }
  return html`
    <${OutsideForm} title="Forgotten your password?" button="Mail me a link" said=${said} onSend=${start}>
      <label>E-mail address<input name="email" type="email" autocomplete="username" required /></label>
    </${OutsideForm}>
  `
}

/** Where the link of the mail leads. */
export const Reset = ({ token }: { readonly token: string }) => {
  const reset = async (form: FormData): Promise<string> => {
    const variables = { token, newPassword: form.get('newPassword') }
    const { resetPassword } = await web.ask<ResetPasswordMutation>('resetPassword', variables)
    if ('message' in resetPassword) return resetPassword.message
    // NOTE: the sessions of this page, too, have ended.
    forgetSessions()
    notice.value = 'Your password is changed. Sign in with it.'
    replace()
    return ''
  }
  return html`
    <${OutsideForm} title="Set another password" button="Set the password" onSend=${reset}>
      <label>New password<input name="newPassword" type="password" autocomplete="new-password" minlength="8" maxlength="256" required /></label>
    </${OutsideForm}>
  `
}
