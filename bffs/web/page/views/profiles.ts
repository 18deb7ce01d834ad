import type {
  AccountQuery,
  CreateProfileMutation,
  DeleteProfileMutation,
  SetPinMutation,
  UpdateProfileMutation,
} from '../../documents.generated.ts'
import { html } from '../html.ts'
import { web } from '../state.ts'

type Profile = AccountQuery['account']['profiles'][number]
/** Does something, says how it went, and shows what there is now. */
export type Then = (done: string, ask: () => Promise<object>) => Promise<void>

const avatars = ['ember', 'tide', 'moss', 'dusk', 'sand', 'plum']

/** Hands the fields of a form, and the value of the button that was pressed, on. */
const submitting =
  (take: (form: FormData, pressed: string) => Promise<void>) =>
  async (event: SubmitEvent): Promise<void> => {
    event.preventDefault()
    const { target: form } = event
    if (!(form instanceof HTMLFormElement)) return
    await take(new FormData(form), event.submitter?.getAttribute('value') ?? '')
    form.reset()
  }

const pinIn = (form: FormData): string | undefined => String(form.get('pin') ?? '') || undefined

const PinField = () => html`<label>PIN, if one is asked for<input name="pin" type="password" autocomplete="off" /></label>`

const ProfileForm = ({ profile, then }: { readonly profile: Profile; readonly then: Then }) => {
  const { id } = profile
  const save = async (form: FormData): Promise<object> => {
    const input = { name: form.get('name'), avatar: form.get('avatar'), kids: form.get('kids') === 'on' }
    return (await web.ask<UpdateProfileMutation>('updateProfile', { id, input, pin: pinIn(form) })).updateProfile
  }
  const remove = async (form: FormData): Promise<object> =>
    (await web.ask<DeleteProfileMutation>('deleteProfile', { id, pin: pinIn(form) })).deleteProfile
  const take = (form: FormData, pressed: string) =>
    pressed === 'delete'
      ? then(`${profile.name} is deleted.`, () => remove(form))
      : then(`${String(form.get('name'))} is saved.`, () => save(form))
  return html`
    <form class="fields" onSubmit=${submitting(take)} aria-label=${`Profile ${profile.name}`}>
      <label>Name<input name="name" value=${profile.name} maxlength="40" required /></label>
      <label>Picture<select name="avatar" value=${profile.avatar}>${avatars.map((avatar) => html`<option key=${avatar}>${avatar}</option>`)}</select></label>
      <label><input name="kids" type="checkbox" checked=${profile.kids} /> For children</label>
      <${PinField} />
      <button value="save">Save</button>
      <details>
        <summary>Delete the profile</summary>
        <p>What it has watched, its list and its thumbs go with it, for good.</p>
        <button value="delete" class="quiet">Delete ${profile.name}</button>
      </details>
    </form>
  `
}

/** The profiles of the account: what each is, a further one, and the PIN that keeps children in theirs. */
export const Profiles = ({ account, then }: { readonly account: AccountQuery['account']; readonly then: Then }) => {
  const add = (form: FormData) =>
    then(`${String(form.get('name'))} is added.`, async () => {
      const input = { name: form.get('name'), kids: form.get('kids') === 'on' }
      return (await web.ask<CreateProfileMutation>('createProfile', { input, pin: pinIn(form) })).createProfile
    })
  const setPin = (form: FormData) =>
    then('The PIN is set.', async () => {
      const asked = { pin: String(form.get('newPin')) || null, password: form.get('password') }
      return (await web.ask<SetPinMutation>('setPin', asked)).setPin
    })
  return html`
    <h2>Profiles</h2>
    ${account.profiles.map((profile) => html`<${ProfileForm} key=${profile.id} profile=${profile} then=${then} />`)}
    <form class="fields" onSubmit=${submitting(add)} aria-label="Add a profile">
      <label>Name<input name="name" maxlength="40" required /></label>
      <label><input name="kids" type="checkbox" /> For children</label>
      <${PinField} />
      <button>Add the profile</button>
    </form>
    <h2>PIN</h2>
    <form class="fields" onSubmit=${submitting(setPin)} aria-label="PIN of the account">
      <label>New PIN, 4 to 8 digits; none removes it<input name="newPin" type="password" inputmode="numeric" autocomplete="off" /></label>
      <label>Password<input name="password" type="password" autocomplete="current-password" required /></label>
      <button>${account.hasPin ? 'Change the PIN' : 'Set a PIN'}</button>
    </form>
  `
}
