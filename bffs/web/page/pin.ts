import { html } from './html.ts'

export type PinAsked = { readonly profileId: string; readonly message: string }
type PinProps = {
  readonly asked: PinAsked
  readonly onPin: (pin: string) => Promise<void>
  readonly onCancel: () => void
}

/** Asks for the PIN of a profile, or of the account. */
export const Pin = ({ asked, onPin, onCancel }: PinProps) => {
  const submit = (event: SubmitEvent): void => {
    event.preventDefault()
    if (event.target instanceof HTMLFormElement) void onPin(String(new FormData(event.target).get('pin')))
  }
  return html`
    <form class="pin" onSubmit=${submit} aria-label="PIN">
      <p class="error" role="alert">${asked.message}</p>
      <label>PIN<input name="pin" type="password" autocomplete="off" required autofocus /></label>
      <button>Go on</button>
      <button type="button" class="quiet" onClick=${onCancel}>Stay here</button>
    </form>
  `
}
