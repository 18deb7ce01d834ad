import { useState } from 'preact/hooks'
import type {
  AccountQuery,
  ChangePasswordMutation,
  EndSessionMutation,
  EndSessionsMutation,
  SessionsQuery,
} from '../../documents.generated.ts'
import { failureText } from '../failure.ts'
import { html } from '../html.ts'
import { useLoading } from '../loading.ts'
import { forgetSessions, session, setSession, web } from '../state.ts'
import { Leaving } from './leaving.ts'
import { PlanSection } from './plan.ts'
import { Profiles } from './profiles.ts'

type Device = SessionsQuery['sessions'][number]

const names: Readonly<Record<string, string>> = { TV: 'Television', MOBILE: 'Phone', WEB: 'Browser' }
const when = (instant: string): string => new Date(instant).toLocaleString()

/** What a member reads of a refusal; nothing when it was done. */
const refusalOf = (result: object): string => ('message' in result ? String(result.message) : '')

/** Why something was not done; nothing when it was. */
const failureOf = (ask: () => Promise<object>): Promise<string> => ask().then(refusalOf, failureText)

const SignedIn = ({ device, onEnd }: { readonly device: Device; readonly onEnd: (device: Device) => void }) => html`
  <li class="device-line">
    <span><strong>${names[device.device ?? ''] ?? 'Device'}</strong> ${device.current ? '(this one)' : device.deviceId}</span>
    <span class="hint">since ${when(device.startedAt)}, last seen ${when(device.seenAt)} ${device.region && `from ${device.region}`}</span>
    ${!device.current && html`<button onClick=${() => onEnd(device)}>Sign it out</button>`}
  </li>
`

const Password = ({ onChange }: { readonly onChange: (form: FormData) => Promise<void> }) => {
  const submit = async (event: SubmitEvent): Promise<void> => {
    event.preventDefault()
    if (event.target instanceof HTMLFormElement) await onChange(new FormData(event.target))
  }
  return html`
    <form class="fields" onSubmit=${submit} aria-label="Change the password">
      <label>Password<input name="password" type="password" autocomplete="current-password" required /></label>
      <label>New password<input name="newPassword" type="password" autocomplete="new-password" minlength="8" required /></label>
      <button>Change the password</button>
    </form>
  `
}

/** NOTE: the header shows the profiles of the session. */
const loadAccount = async (): Promise<AccountQuery> => {
  const answer = await web.ask<AccountQuery>('account')
  const current = web.session()
  if (current !== null) setSession({ ...current, profiles: answer.account.profiles })
  return answer
}

/** The account: where it is signed in, its password and profiles, and the way out. A profile for children is shown nothing of it. */
export const Account = () => (session.value?.profile.kids === true ? html`<${NotForKids} />` : html`<${OwnAccount} />`)

const NotForKids = () =>
  html`<main id="main" class="plain"><h1>Account</h1><p>A profile for children cannot see the account. <a href="#/">Back to home</a></p></main>`

const OwnAccount = () => {
  const [said, setSaid] = useState('')
  const [round, setRound] = useState(0)
  const { value: account, error: accountError } = useLoading(`account ${round}`, loadAccount)
  const { value, error } = useLoading(`sessions ${round}`, () => web.ask<SessionsQuery>('sessions'), 15_000)
  const then = async (done: string, ask: () => Promise<object>): Promise<void> => {
    setSaid((await failureOf(ask)) || done)
    setRound(round + 1)
  }
  const end = ({ id }: Device) =>
    then('It is signed out.', async () => (await web.ask<EndSessionMutation>('endSession', { id })).endSession)
  const endOthers = () =>
    then(
      'All other devices are signed out.',
      async () => (await web.ask<EndSessionsMutation>('endSessions', { keepThis: true })).endSessions,
    )
  const endAll = async (): Promise<void> => {
    const failure = await failureOf(async () => (await web.ask<EndSessionsMutation>('endSessions', { keepThis: false })).endSessions)
    if (failure === '') forgetSessions()
    else setSaid(failure)
  }
  const change = (form: FormData) =>
    then('The password is changed, and all other devices are signed out.', async () => {
      const passwords = { password: form.get('password'), newPassword: form.get('newPassword') }
      return (await web.ask<ChangePasswordMutation>('changePassword', passwords)).changePassword
    })
  return html`
    <main id="main" class="plain">
      <h1>Account</h1>
      <p class="hint">${account?.account.email}</p>
      <p role="status">${error ?? accountError ?? said}</p>
      ${account && html`<${PlanSection} account=${account.account} then=${then} />`}
      <h2>Where you are signed in</h2>
      <ul class="device-lines" aria-label="Signed in">${(value?.sessions ?? []).map((device) => html`<${SignedIn} key=${device.id} device=${device} onEnd=${end} />`)}</ul>
      <p class="actions"><button onClick=${endOthers}>Sign out all others</button><button onClick=${endAll}>Sign out everywhere</button></p>
      <h2>Password</h2>
      <${Password} onChange=${change} />
      ${account && html`<${Profiles} account=${account.account} then=${then} /><${Leaving} account=${account.account} then=${then} />`}
    </main>
  `
}
