import { useState } from 'preact/hooks'
import { picture } from './config.ts'
import { html } from './html.ts'

/** One of the colours of `style.css`, the same for a name each time. */
const toneOf = (name: string): number => [...name].reduce((sum, sign) => (31 * sum + (sign.codePointAt(0) ?? 0)) % 997, 7) % 6

/** A picture of a title; where it cannot be had, a card drawn with its name, which stands below in words anyway. */
export const Artwork = ({ path, name }: { readonly path: string; readonly name: string }) => {
  const [gone, setGone] = useState('')
  return gone === path
    ? html`<span class=${`drawn tone-${toneOf(name)}`} aria-hidden="true">${name}</span>`
    : html`<img src=${picture(path)} alt="" loading="lazy" width="640" height="360" onError=${() => setGone(path)} />`
}
