import { useState } from 'preact/hooks'
import type { HomeQuery } from '../documents.generated.ts'
import { Artwork } from './artwork.ts'
import { nextCard } from './card-keys.ts'
import { html } from './html.ts'
import { hashOf } from './route.ts'

type FullCard = HomeQuery['home']['rows'][number]['cards'][number]
export type CardData = Pick<FullCard, 'id' | 'name' | 'landscape' | 'playable'> & {
  readonly progress?: number | null
  readonly year?: number
  readonly maturity?: number
}

/** How far a title was watched. */
export const Progress = ({ share, label }: { readonly share: number; readonly label: string }) =>
  html`<progress class="progress" max="1" value=${share} aria-label=${label}></progress>`

const ageOf = (maturity: number): string => (maturity === 0 ? 'All ages' : `${maturity}+`)

type CardProps = { readonly card: CardData; readonly tabIndex?: number }
export const Card = ({ card, tabIndex = 0 }: CardProps) => html`
  <li class="card">
    <a href=${hashOf(['title', card.id])} tabIndex=${tabIndex}>
      <${Artwork} path=${card.landscape} name=${card.name} />
      ${card.playable && html`<span class="badge">Play</span>`}
      <span class="card-name">${card.name}</span>
      ${card.year !== undefined && html`<span class="card-facts">${card.year}${card.maturity === undefined ? '' : ` · ${ageOf(card.maturity)}`}</span>`}
    </a>
    ${card.progress !== undefined && card.progress !== null && html`<${Progress} share=${card.progress} label=${`${card.name}: ${Math.round(card.progress * 100)} % watched`} />`}
  </li>
`

/** Cards among which the arrow keys move; Tab leads to one of them, and on behind all. */
export const Cards = ({ cards, label }: { readonly cards: readonly CardData[]; readonly label: string }) => {
  const [at, setAt] = useState(0)
  const reached = Math.min(at, cards.length - 1)
  const linksOf = ({ currentTarget }: Event) => [...(currentTarget as HTMLElement).querySelectorAll<HTMLAnchorElement>('.card > a')]
  const move = (event: KeyboardEvent): void => {
    const links = linksOf(event)
    const next = nextCard(event.key, {
      at: links.indexOf(document.activeElement as HTMLAnchorElement),
      tops: links.map((link) => (link.offsetParent instanceof HTMLElement ? link.offsetParent.offsetTop : 0)),
    })
    if (next === undefined) return
    event.preventDefault()
    links[next]?.focus()
  }
  const follow = (event: Event): void => setAt(Math.max(0, linksOf(event).indexOf(document.activeElement as HTMLAnchorElement)))
  return html`
    <ul class="cards" aria-label=${label} onKeyDown=${move} onFocusIn=${follow}>
      ${cards.map((card, index) => html`<${Card} key=${card.id} card=${card} tabIndex=${index === reached ? 0 : -1} />`)}
    </ul>
  `
}

type RowProps = { readonly heading: string; readonly cards: readonly CardData[]; readonly all?: string | undefined }
/** A row, with the way to all of it when there is one. */
export const Row = ({ heading, cards, all }: RowProps) => html`
  <section class="row">
    <div class="row-head"><h2>${heading}</h2>${all !== undefined && html`<a href=${all} aria-label=${`See all of ${heading}`}>See all</a>`}</div>
    <${Cards} cards=${cards} label=${heading} />
  </section>
`

const words = new Map([
  ['recs', 'Recommendations'],
  ['history', 'Continue watching'],
  ['search', 'Full search'],
])

/** Says which part of a screen is missing, when one is. */
export const Degraded = ({ parts }: { readonly parts: readonly string[] }) =>
  parts.length === 0
    ? null
    : html`<p class="notice" role="status">${parts.map((part) => words.get(part) ?? part).join(' and ')} ${parts.length === 1 ? 'is' : 'are'} taking a break. Everything else works.</p>`
