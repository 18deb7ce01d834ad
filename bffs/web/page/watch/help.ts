import { useEffect, useRef } from 'preact/hooks'
import { html } from '../html.ts'
import { keysHelp } from './keys.ts'

/** What the keys do. Escape closes it, and only it. */
export const Help = ({ close }: { readonly close: () => void }) => {
  const dialog = useRef<HTMLDialogElement>(null)
  useEffect(() => dialog.current?.showModal(), [])
  return html`
    <dialog class="keys" ref=${dialog} aria-labelledby="keys-heading" onClose=${close} onKeyDown=${(event: Event) => event.stopPropagation()}>
      <h2 id="keys-heading">Keyboard</h2>
      <dl>${keysHelp.map(([keys, what]) => html`<div key=${keys}><dt>${keys}</dt><dd>${what}</dd></div>`)}</dl>
      <button type="button" onClick=${close}>Close</button>
    </dialog>
  `
}
