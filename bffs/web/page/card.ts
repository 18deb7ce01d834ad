import type { HomeQuery } from '../documents.generated.ts'
import { picture } from './config.ts'
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

/** A picture that cannot be had leaves its place empty; what it shows stands below it in words. */
const withoutPicture = (event: Event): void => (event.currentTarget as HTMLElement).classList.add('gone')

export const Card = ({ card }: { readonly card: CardData }) => html`
  <li class="card">
    <a href=${hashOf(['title', card.id])}>
      <img src=${picture(card.landscape)} alt="" loading="lazy" width="640" height="360" onError=${withoutPicture} />
      ${card.playable && html`<span class="badge">Play</span>`}
      <span class="card-name">${card.name}</span>
      ${card.year !== undefined && html`<span class="card-facts">${card.year}${card.maturity === undefined ? '' : ` · ${ageOf(card.maturity)}`}</span>`}
    </a>
    ${card.progress !== undefined && card.progress !== null && html`<${Progress} share=${card.progress} label=${`${card.name}: ${Math.round(card.progress * 100)} % watched`} />`}
  </li>
`

export const Cards = ({ cards, label }: { readonly cards: readonly CardData[]; readonly label: string }) => html`
  <ul class="cards" aria-label=${label}>${cards.map((card) => html`<${Card} key=${card.id} card=${card} />`)}</ul>
`

export const Row = ({ heading, cards }: { readonly heading: string; readonly cards: readonly CardData[] }) => html`
  <section class="row"><h2>${heading}</h2><${Cards} cards=${cards} label=${heading} /></section>
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
