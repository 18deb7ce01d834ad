import type { SearchQuery } from '../../documents.generated.ts'
import { Cards, Degraded } from '../card.ts'
import { html } from '../html.ts'
import { useLoading } from '../loading.ts'
import { web } from '../state.ts'

const outcome = (found: number): string =>
  found === 0 ? 'Nothing was found. Try fewer letters.' : `${found} ${found === 1 ? 'title' : 'titles'}`

export const Search = ({ text }: { readonly text: string }) => {
  const { value, error } = useLoading(`search ${text}`, async () => (text === '' ? null : await web.ask<SearchQuery>('search', { text })))
  const found = value?.search.cards.length
  return html`
    <main id="main" class="plain">
      <h1>${text === '' ? 'What would you like to watch?' : `“${text}”`}</h1>
      <p role="status" class="hint">${error ?? (text === '' ? 'Write a name, a genre or a person into the search above.' : found === undefined ? 'Searching …' : outcome(found))}</p>
      ${value && html`<${Degraded} parts=${value.search.degraded} /><${Cards} cards=${value.search.cards} label="Results" />`}
    </main>
  `
}
