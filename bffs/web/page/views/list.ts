import { type CardData, Cards } from '../card.ts'
import { html } from '../html.ts'
import { type PageOf, type Paging, usePages } from '../pages.ts'
import { Skeleton } from './home.ts'

type ListProps = {
  readonly heading: string
  /** Said where there is nothing. */
  readonly empty: string
  /** Changes when something else is to be loaded. */
  readonly of: string
  readonly load: (paging: Paging) => Promise<PageOf<CardData>>
}

/** A screen of cards that goes on for as long as the member wants more. */
export const List = ({ heading, empty, of, load }: ListProps) => {
  const { cards, error, more } = usePages(of, load)
  if (cards === null && error === null) return html`<${Skeleton} />`
  return html`
    <main id="main" class="plain">
      <h1>${heading}</h1>
      ${error !== null && html`<p class="notice" role="alert">${error}</p>`}
      ${cards !== null && (cards.length === 0 && more === null ? html`<p role="status" class="hint">${empty}</p>` : html`<${Cards} cards=${cards} label=${heading} />`)}
      ${more !== null && html`<p class="actions"><button type="button" onClick=${more}>${error === null ? 'Show more' : 'Try again'}</button></p>`}
    </main>
  `
}
