import { useState } from 'preact/hooks'
import type { SeasonQuery } from '../../documents.generated.ts'
import { Progress } from '../card.ts'
import { html } from '../html.ts'
import { useLoading } from '../loading.ts'
import { hashOf } from '../route.ts'
import { web } from '../state.ts'

type Page = NonNullable<SeasonQuery['season']>

const Episode = ({ episode }: { readonly episode: Page['episodes'][number] }) => html`
  <li class="episode">
    <a href=${hashOf(['title', episode.id])}><span class="hint">${episode.label}</span> ${episode.name}</a>
    <span class="hint">${episode.minutes} min${episode.playable ? '' : ' · not yet available to play'}</span>
    <p>${episode.synopsis}</p>
    ${episode.progress !== null && html`<${Progress} share=${episode.progress} label="Watched" />`}
    ${episode.playable && html`<a class="button" href=${hashOf(['watch', episode.id])} aria-label=${`Play ${episode.label}`}>${episode.resumeAtMs > 0 ? 'Resume' : 'Play'}</a>`}
  </li>
`

/** The episodes of a series, one season at a time. */
export const Seasons = ({ seriesId }: { readonly seriesId: string }) => {
  const [number, setNumber] = useState<number | null>(null)
  const { value, error } = useLoading(`season ${seriesId} ${number ?? ''}`, () => web.ask<SeasonQuery>('season', { seriesId, number }))
  const page = value?.season
  if (error !== null) return html`<p class="notice" role="alert">${error}</p>`
  if (!page) return null
  const choose = (event: Event): void => setNumber(Number((event.currentTarget as HTMLSelectElement).value))
  return html`
    <section class="episodes" aria-label=${`Season ${page.number}`}>
      <h2><label>Season <select value=${page.number} onChange=${choose}>${page.numbers.map((each) => html`<option key=${each} value=${each}>${each}</option>`)}</select></label></h2>
      <ol>${page.episodes.map((episode) => html`<${Episode} key=${episode.id} episode=${episode} />`)}</ol>
    </section>
  `
}
