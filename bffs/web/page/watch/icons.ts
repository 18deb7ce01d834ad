import { html } from '../html.ts'

const paths = {
  like: 'M12 5l7 8h-4v6H9v-6H5z',
  dislike: 'M12 19l-7-8h4V5h6v6h4z',
  add: 'M11 5h2v6h6v2h-6v6h-2v-6H5v-2h6z',
  added: 'M9 16.2 4.8 12l-1.4 1.4L9 19 21 7l-1.4-1.4z',
  play: 'M8 5v14l11-7z',
  pause: 'M6 5h4v14H6zM14 5h4v14h-4z',
  back: 'M12 5V1L6 6l6 5V7a6 6 0 1 1-6 6H4a8 8 0 1 0 8-8z',
  ahead: 'M12 5V1l6 5-6 5V7a6 6 0 1 0 6 6h2a8 8 0 1 1-8-8z',
  sound: 'M3 9v6h4l5 5V4L7 9zM16 8a5 5 0 0 1 0 8zM15 3a9 9 0 0 1 0 18v-2a7 7 0 0 0 0-14z',
  silent: 'M3 9v6h4l5 5V4L7 9zM21 9.4 19.6 8 17 10.6 14.4 8 13 9.4l2.6 2.6L13 14.6l1.4 1.4 2.6-2.6 2.6 2.6 1.4-1.4-2.6-2.6z',
  full: 'M5 5h6v2H7v4H5zM13 5h6v6h-2V7h-4zM5 13h2v4h4v2H5zM17 13h2v6h-6v-2h4z',
  window: 'M9 5h2v6H5V9h4zM13 5h2v4h4v2h-6zM5 13h6v6H9v-4H5zM13 13h6v2h-4v4h-2z',
  picture: 'M3 5h18v14H3zm2 2v10h14V7zm7 5h6v4h-6z',
  help: 'M11 17h2v2h-2zM12 5a4 4 0 0 1 4 4c0 2.5-3 2.8-3 6h-2c0-4.2 3-4.2 3-6a2 2 0 1 0-4 0H8a4 4 0 0 1 4-4z',
} as const

export type IconName = keyof typeof paths

/** A picture on a button; what the button does is said by its label. */
export const Icon = ({ name }: { readonly name: IconName }) =>
  html`<svg class="icon" viewBox="0 0 24 24" aria-hidden="true"><path d=${paths[name]} /></svg>`
