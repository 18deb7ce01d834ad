import type { RowQuery } from '../../documents.generated.ts'
import { Cards } from '../card.ts'
import { html } from '../html.ts'
import { useLoading } from '../loading.ts'
import { web } from '../state.ts'
import { Skeleton } from './home.ts'

/** Everything of a row of home. */
export const WholeRow = ({ id }: { readonly id: string }) => {
  const { value, error } = useLoading(`row ${id}`, () => web.ask<RowQuery>('row', { id }))
  if (value === null && error === null) return html`<${Skeleton} />`
  const row = value?.row
  return html`
    <main id="main" class="plain">
      <h1>${row?.heading ?? 'Nothing here now'}</h1>
      ${error !== null && html`<p class="notice" role="alert">${error}</p>`}
      ${row ? html`<${Cards} cards=${row.cards} label=${row.heading} />` : error === null && html`<p role="status" class="hint">This row has no titles at the moment. <a href="#/">Back to home</a></p>`}
    </main>
  `
}
