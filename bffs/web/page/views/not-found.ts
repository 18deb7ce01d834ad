import { html } from '../html.ts'

/** What an address that names no view shows. */
export const NotFound = () =>
  html`<main id="main" class="plain"><h1>Not here</h1><p>There is no such page. <a href="#/">Back to home</a></p></main>`
