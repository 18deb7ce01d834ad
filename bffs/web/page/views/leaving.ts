import type { AccountQuery, DataExportQuery, DeleteAccountMutation, KeepAccountMutation } from '../../documents.generated.ts'
import { html } from '../html.ts'
import { web } from '../state.ts'
import type { Then } from './profiles.ts'

const save = (name: string, text: string): void => {
  const link = document.createElement('a')
  link.href = URL.createObjectURL(new Blob([text], { type: 'application/json' }))
  link.download = name
  link.click()
  URL.revokeObjectURL(link.href)
}

/** What a member takes along, and the way out. */
export const Leaving = ({ account, then }: { readonly account: AccountQuery['account']; readonly then: Then }) => {
  const take = () =>
    then('Your data is saved.', async () => {
      save('cinegraph.json', (await web.ask<DataExportQuery>('dataExport')).dataExport)
      return {}
    })
  const remove = async (event: SubmitEvent): Promise<void> => {
    event.preventDefault()
    const { target: form } = event
    if (!(form instanceof HTMLFormElement)) return
    const password = new FormData(form).get('password')
    await then(
      'The account will be deleted.',
      async () => (await web.ask<DeleteAccountMutation>('deleteAccount', { password })).deleteAccount,
    )
    form.reset()
  }
  const keep = () => then('The account stays.', () => web.ask<KeepAccountMutation>('keepAccount'))
  const { deleteAt } = account
  return html`
    <h2>Your data</h2>
    <p class="actions"><button onClick=${take}>Save all that is known of this profile</button></p>
    <h2>Delete the account</h2>
    ${
      deleteAt
        ? html`<p>It is deleted on ${new Date(deleteAt).toLocaleString()}.</p><p class="actions"><button onClick=${keep}>Keep it</button></p>`
        : html`<form class="fields" onSubmit=${remove} aria-label="Delete the account">
            <label>Password<input name="password" type="password" autocomplete="current-password" required /></label>
            <button>Delete the account</button>
          </form>`
    }
  `
}
