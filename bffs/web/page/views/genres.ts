import type { GenreQuery, GenresQuery } from '../../documents.generated.ts'
import { html } from '../html.ts'
import { useLoading } from '../loading.ts'
import type { Paging } from '../pages.ts'
import { hashOf } from '../route.ts'
import { web } from '../state.ts'
import { Skeleton } from './home.ts'
import { List } from './list.ts'

/** Every genre of which the profile may see something. */
export const Genres = () => {
  const { value, error } = useLoading('genres', () => web.ask<GenresQuery>('genres'))
  if (value === null && error === null) return html`<${Skeleton} />`
  return html`
    <main id="main" class="plain">
      <h1>Genres</h1>
      ${error !== null && html`<p class="notice" role="alert">${error}</p>`}
      <ul class="genres" aria-label="Genres">
        ${(value?.genres ?? []).map((genre) => html`<li key=${genre}><a class="button" href=${hashOf(['genre', genre])}>${genre}</a></li>`)}
      </ul>
    </main>
  `
}

/** One genre, what most people want first. */
export const Genre = ({ name }: { readonly name: string }) => html`
  <${List} heading=${name} of=${`genre ${name}`} empty="There is nothing of this genre for this profile."
    load=${async (paging: Paging) => (await web.ask<GenreQuery>('genre', { name, ...paging })).genre} />
`
