import { useState } from 'preact/hooks'
import type { SearchQuery } from '../../documents.generated.ts'
import { Cards, Degraded } from '../card.ts'
import { html } from '../html.ts'
import { useLoading } from '../loading.ts'
import { hashOf } from '../route.ts'
import { web } from '../state.ts'

const genresShown = 8

const outcome = (found: number): string =>
  found === 0 ? 'Nothing was found. Try fewer letters.' : `${found} ${found === 1 ? 'title' : 'titles'}`

type GenresProps = {
  readonly counts: SearchQuery['search']['genres']
  readonly chosen: string | null
  readonly choose: (genre: string | null) => void
}
const Genres = ({ counts, chosen, choose }: GenresProps) => {
  const shown = counts.slice(0, genresShown)
  return shown.length < 2 && chosen === null
    ? null
    : html`<div class="chips" role="group" aria-label="Genres">
        ${shown.map(({ genre, titles }) => html`<button type="button" class="toggle" key=${genre} aria-pressed=${genre === chosen} onClick=${() => choose(genre === chosen ? null : genre)}>${genre} <span class="hint">${titles}</span></button>`)}
      </div>`
}

const Found = ({ text }: { readonly text: string }) => {
  const [genre, setGenre] = useState<string | null>(null)
  const { value, error } = useLoading(`search ${text} ${genre ?? ''}`, () => web.ask<SearchQuery>('search', { text, genre }))
  const found = value?.search
  return html`
    <p role="status" class="hint">${error ?? (found === undefined ? 'Searching …' : outcome(found.cards.length))}</p>
    ${found?.didYouMean && html`<p>Did you mean <a href=${hashOf(['search', found.didYouMean])}>${found.didYouMean}</a>?</p>`}
    ${found && html`<${Degraded} parts=${found.degraded} /><${Genres} counts=${found.genres} chosen=${genre} choose=${setGenre} /><${Cards} cards=${found.cards} label="Results" />`}
  `
}

export const Search = ({ text }: { readonly text: string }) => html`
  <main id="main" class="plain">
    <h1>${text === '' ? 'What would you like to watch?' : `“${text}”`}</h1>
    ${text === '' ? html`<p role="status" class="hint">Write a name, a genre or a person into the search above.</p>` : html`<${Found} key=${text} text=${text} />`}
  </main>
`
