import { useState } from 'preact/hooks'
import type { AnswerSignInCodeMutation } from '../../documents.generated.ts'
import { failureText } from '../failure.ts'
import { html } from '../html.ts'
import { web } from '../state.ts'

/** Where a member lets in the device that shows a code. */
export const SignInCode = ({ code }: { readonly code: string }) => {
  const [said, setSaid] = useState('')
  const answer = async (event: SubmitEvent): Promise<void> => {
    event.preventDefault()
    if (!(event.target instanceof HTMLFormElement)) return
    const allow = event.submitter?.getAttribute('value') !== 'no'
    const userCode = new FormData(event.target).get('userCode')
    const outcome = await web
      .ask<AnswerSignInCodeMutation>('answerSignInCode', { userCode, allow })
      .then(
        ({ answerSignInCode }) =>
          'message' in answerSignInCode ? answerSignInCode.message : allow ? 'Your television is signed in.' : 'It was not let in.',
        failureText,
      )
    setSaid(outcome)
  }
  return html`
    <main id="main" class="plain">
      <h1>Sign in on your television</h1>
      <form class="fields" onSubmit=${answer} aria-label="The code of the television">
        <label>Code on the screen<input name="userCode" value=${code} autocomplete="off" autocapitalize="characters" required /></label>
        <p class="hint">Let in only a device that stands before you.</p>
        <button class="primary" value="yes">Let it in</button>
        <button value="no">It is not mine</button>
      </form>
      <p role="status">${said}</p>
    </main>
  `
}
