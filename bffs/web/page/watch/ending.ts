import { useEffect, useState } from 'preact/hooks'
import type { TitleQuery } from '../../documents.generated.ts'
import { Row } from '../card.ts'
import { html } from '../html.ts'
import { hashOf } from '../route.ts'
import { replace } from '../state.ts'
import { profileId } from './playback.ts'
import { remember, remembered } from './remembered.ts'

type TitlePage = NonNullable<TitleQuery['title']>
type Next = NonNullable<TitlePage['nextEpisode']>

const countdownSeconds = 10

/** The next episode begins by itself after some seconds, unless the member cancels, or wants it never to. */
const NextEpisode = ({ next }: { readonly next: Next }) => {
  const [isWanted, setWanted] = useState(() => remembered(profileId()).autoplay)
  const [left, setLeft] = useState(countdownSeconds)
  const play = (): void => replace('watch', next.id)
  useEffect(() => {
    if (!isWanted) return undefined
    const timer = setTimeout(() => (left > 1 ? setLeft(left - 1) : replace('watch', next.id)), 1_000)
    return () => clearTimeout(timer)
  }, [isWanted, left, next.id])
  const choose = (event: Event): void => {
    const autoplay = (event.currentTarget as HTMLInputElement).checked
    remember(profileId(), { autoplay })
    setLeft(countdownSeconds)
    setWanted(autoplay)
  }
  return html`
    <p role="status">Next: ${next.label} ${next.name}</p>
    <p class="actions">
      <button type="button" class="primary" onClick=${play}>Play it now${isWanted && html`<span aria-hidden="true" data-left=${left}> (${left})</span>`}</button>
      ${isWanted && html`<button type="button" onClick=${() => setWanted(false)}>Cancel</button>`}
    </p>
    <label class="check"><input type="checkbox" checked=${remembered(profileId()).autoplay} onChange=${choose} /> Play the next episode by itself</label>
  `
}

/** What stands where the film was: what comes next, the way back, and what is like it. */
export const Ending = ({ id, title }: { readonly id: string; readonly title: TitlePage | null }) => html`
  <section class="ending" aria-label="The end">
    ${title?.nextEpisode && html`<${NextEpisode} key=${title.nextEpisode.id} next=${title.nextEpisode} />`}
    <p class="actions"><a class="button primary" href=${hashOf(['title', id])}>Back to the title</a></p>
    ${title !== null && title.similar.length > 0 && html`<${Row} heading="More like this" cards=${title.similar.slice(0, 6)} />`}
  </section>
`
