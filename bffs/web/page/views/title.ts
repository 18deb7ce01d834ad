import type { TitleQuery } from '../../documents.generated.ts'
import { Degraded, Progress, Row } from '../card.ts'
import { picture } from '../config.ts'
import { html } from '../html.ts'
import { useLoading } from '../loading.ts'
import { Marking } from '../marking.ts'
import { hashOf } from '../route.ts'
import { web } from '../state.ts'
import { Skeleton } from './home.ts'
import { Seasons } from './season.ts'

type TitlePage = NonNullable<TitleQuery['title']>

const clock = (ms: number): string => `${Math.floor(ms / 60_000)}:${String(Math.floor(ms / 1000) % 60).padStart(2, '0')}`

const PlayLine = ({ title }: { readonly title: TitlePage }) => {
  if (title.preparingPercent !== null)
    return html`<p class="notice" role="status">Being prepared: ${Math.round(title.preparingPercent)} %</p>`
  if (!title.playable) return title.seasons.length > 0 ? null : html`<p class="hint">Not yet available to play.</p>`
  return html`<p class="actions"><a class="button primary" href=${hashOf(['watch', title.id])}>${title.resumeAtMs > 0 ? `Resume at ${clock(title.resumeAtMs)}` : 'Play'}</a></p>`
}

const Facts = ({ title }: { readonly title: TitlePage }) => html`
  <p class="facts">${title.year} · ${title.minutes} min · ${title.maturity === 0 ? 'All ages' : `${title.maturity}+`} · ${title.genres.join(', ')}</p>
`

export const Title = ({ id }: { readonly id: string }) => {
  const { value, error } = useLoading(`title ${id}`, () => web.ask<TitleQuery>('title', { id }), 3_000)
  if (value === null)
    return error === null
      ? html`<${Skeleton} />`
      : html`<main id="main" class="plain"><h1>Something is wrong</h1><p class="notice" role="alert">${error}</p></main>`
  const { title } = value
  if (title === null || title === undefined)
    return html`<main id="main" class="plain"><h1>Not here</h1><p>There is no such title for this profile. <a href="#/">Back to home</a></p></main>`
  return html`
    <main id="main">
      <section class="hero title-hero">
        <img src=${picture(title.picture)} alt="" />
        <div class="hero-text">
          <h1>${title.name}</h1>
          <${Facts} title=${title} />
          <p>${title.synopsis}</p>
          ${title.progress !== null && html`<${Progress} share=${title.progress} label="Watched" />`}
          <${PlayLine} title=${title} />
          <${Marking} key=${title.id} title=${title} />
          ${title.cast.length > 0 && html`<p class="hint">${title.cast.join(', ')}</p>`}
        </div>
      </section>
      <${Degraded} parts=${title.degraded} />
      ${title.seasons.length > 0 && html`<${Seasons} key=${title.id} seriesId=${title.id} />`}
      ${title.similar.length > 0 && html`<${Row} heading="More like this" cards=${title.similar} />`}
    </main>
  `
}
