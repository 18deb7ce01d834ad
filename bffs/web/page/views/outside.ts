import { useState } from 'preact/hooks'
import { failureText } from '../failure.ts'
import { html } from '../html.ts'

type Content = ReturnType<typeof html>
type Form = {
  readonly title: string
  /** What stands above the form, where that is not its title. */
  readonly heading?: string
  readonly button: string
  readonly children?: unknown
  /** What stands below the button; the way to sign in, unless something else does. */
  readonly below?: unknown
  /** What is said above the button at first. */
  readonly said?: string
  /** Gives why not; nothing when it was done. */
  readonly onSend: (form: FormData) => Promise<string>
}

const toSignIn = html`<p class="hint"><a href="#/">Sign in</a></p>`

/** A form of somebody who is not signed in, with what became of it. */
export const OutsideForm = ({ title, heading = title, button, children, below = toSignIn, said = '', onSend }: Form): Content => {
  const [error, setError] = useState('')
  const [busy, setBusy] = useState(false)
  const submit = async (event: SubmitEvent): Promise<void> => {
    event.preventDefault()
    if (!(event.target instanceof HTMLFormElement)) return
    setBusy(true)
    setError(await onSend(new FormData(event.target)).catch(failureText))
    setBusy(false)
  }
  return html`
    <main class="sign-in" id="main">
      <form onSubmit=${submit} aria-labelledby="outside-heading">
        <p class="brand">Cinegraph</p>
        <h1 id="outside-heading" data-title=${title}>${heading}</h1>
        ${children}
        <p role="status">${said}</p>
        <p class="error" role="alert">${error}</p>
        <button class="primary" disabled=${busy}>${busy ? 'One moment …' : button}</button>
        ${below}
      </form>
    </main>
  `
}
