import { useState } from 'preact/hooks'
import { html } from '../html.ts'
import { clockOf, spokenClock } from './clock.ts'
import type { Media } from './media.ts'
import { type Thumbnail, thumbnailAt } from './thumbnails.ts'

type SeekBarProps = { readonly media: Media; readonly thumbnails: readonly Thumbnail[]; readonly seek: (seconds: number) => void }

const numberOf = (event: Event): number => Number((event.currentTarget as HTMLInputElement).value)

/** The picture of an instant, above the place of the bar that stands for it. */
const Preview = ({ at, share, thumbnails }: { readonly at: number; readonly share: number; readonly thumbnails: readonly Thumbnail[] }) => {
  const shown = thumbnailAt(thumbnails, at)
  if (shown === undefined) return null
  const { sheet, x, y, width, height } = shown
  const picture = { width: `${width}px`, height: `${height}px`, backgroundImage: `url("${sheet}")`, backgroundPosition: `-${x}px -${y}px` }
  return html`<div class="seek-preview" style=${{ left: `max(${width / 2}px, calc((100% - 8.5rem) * ${share}))` }} aria-hidden="true">
    <div style=${picture}></div><span>${clockOf(at)}</span>
  </div>`
}

/** NOTE: while it is dragged the handle stands where the finger is, and the film is asked for when it is let go. */
export const SeekBar = ({ media, thumbnails, seek }: SeekBarProps) => {
  const [dragged, setDragged] = useState<number | null>(null)
  const [pointed, setPointed] = useState<number | null>(null)
  const at = dragged ?? media.time
  const release = (event: Event): void => {
    setDragged(null)
    seek(numberOf(event))
  }
  const point = (event: PointerEvent): void => {
    const { left, width } = (event.currentTarget as HTMLElement).getBoundingClientRect()
    setPointed(width > 0 ? Math.min(1, Math.max(0, (event.clientX - left) / width)) : null)
  }
  return html`
    <div class="seek">
      ${pointed !== null && html`<${Preview} at=${dragged ?? pointed * media.duration} share=${pointed} thumbnails=${thumbnails} />`}
      <progress class="seek-buffered" max="1" value=${media.duration > 0 ? media.buffered / media.duration : 0} aria-hidden="true"></progress>
      <input type="range" data-seek="yes" aria-label="Seek" min="0" max=${media.duration || 1} step="0.1" value=${at}
        aria-valuetext=${`${spokenClock(at)} of ${spokenClock(media.duration)}`}
        onPointerMove=${point} onPointerLeave=${() => setPointed(null)}
        onInput=${(event: Event) => setDragged(numberOf(event))} onChange=${release} />
      <span class="seek-time">${clockOf(at)} / ${clockOf(media.duration)}</span>
    </div>
  `
}
