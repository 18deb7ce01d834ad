import type { HomeQuery } from '../../documents.generated.ts'
import { Degraded, Row } from '../card.ts'
import { picture } from '../config.ts'
import { html } from '../html.ts'
import { useLoading } from '../loading.ts'
import { hashOf } from '../route.ts'
import { session, web } from '../state.ts'

type Hero = NonNullable<HomeQuery['home']['hero']>

const HeroView = ({ hero }: { readonly hero: Hero }) => html`
  <section class="hero" aria-label="Featured">
    <img src=${picture(hero.picture)} alt="" />
    <div class="hero-text">
      <h1 data-title="Home">${hero.name}</h1>
      <p>${hero.synopsis}</p>
      <p class="actions">
        ${hero.playable && html`<a class="button primary" href=${hashOf(['watch', hero.id])}>Play</a>`}
        <a class="button" href=${hashOf(['title', hero.id])}>More about it</a>
      </p>
    </div>
  </section>
`

/** Where the whole of a row is; undefined when what is shown is all. */
const allOf = (rowId: string): string | undefined => {
  if (rowId === 'continue' || rowId === 'top-ten') return undefined
  if (rowId === 'my-list') return hashOf(['my-list'])
  return rowId.startsWith('genre-') ? hashOf(['genre', rowId.slice('genre-'.length)]) : hashOf(['row', rowId])
}

export const Skeleton = () =>
  html`<div class="loading" role="status"><span class="sr-only">Loading …</span><div></div><div></div><div></div></div>`

export const Home = () => {
  const profile = session.value?.profile.id ?? ''
  const { value, error } = useLoading(`home ${profile}`, () => web.ask<HomeQuery>('home'), 15_000)
  if (value === null)
    return error === null
      ? html`<${Skeleton} />`
      : html`<main id="main"><h1 class="sr-only">Home</h1><p class="notice" role="alert">${error}</p></main>`
  const { hero, rows, degraded } = value.home
  return html`
    <main id="main">
      ${hero ? html`<${HeroView} hero=${hero} />` : html`<h1 class="sr-only">Home</h1>`}
      <${Degraded} parts=${degraded} />
      ${rows.map((row) => html`<${Row} key=${row.id} heading=${row.heading} cards=${row.cards} all=${allOf(row.id)} />`)}
    </main>
  `
}
