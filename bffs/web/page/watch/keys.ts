import { rates } from './remembered.ts'

/** What a key does while a film plays. Jumps are seconds, or a share of the film. */
export type Command =
  | { readonly do: 'toggle' | 'mute' | 'fullscreen' | 'subtitles' | 'picture' | 'help' }
  | { readonly do: 'jump'; readonly seconds: number }
  | { readonly do: 'to'; readonly share: number }
  | { readonly do: 'volume'; readonly by: number }
  | { readonly do: 'rate'; readonly steps: number }

export const jumpSeconds = 10
const volumeStep = 0.1

const byKey: Readonly<Record<string, Command>> = {
  ' ': { do: 'toggle' },
  k: { do: 'toggle' },
  arrowleft: { do: 'jump', seconds: -jumpSeconds },
  j: { do: 'jump', seconds: -jumpSeconds },
  arrowright: { do: 'jump', seconds: jumpSeconds },
  l: { do: 'jump', seconds: jumpSeconds },
  arrowup: { do: 'volume', by: volumeStep },
  arrowdown: { do: 'volume', by: -volumeStep },
  home: { do: 'to', share: 0 },
  m: { do: 'mute' },
  f: { do: 'fullscreen' },
  c: { do: 'subtitles' },
  p: { do: 'picture' },
  '<': { do: 'rate', steps: -1 },
  '>': { do: 'rate', steps: 1 },
  '?': { do: 'help' },
}

/** What the keys are, for the help. */
export const keysHelp: readonly (readonly [keys: string, what: string])[] = [
  ['Space, K', 'Play or pause'],
  ['Left, Right, J, L', `${jumpSeconds} seconds back or ahead`],
  ['0 to 9', 'To a tenth of the film'],
  ['Up, Down', 'Volume'],
  ['M', 'Sound on or off'],
  ['C', 'Subtitles on or off'],
  ['<, >', 'Slower or faster'],
  ['F', 'Full screen'],
  ['P', 'Picture in picture'],
  ['Esc', 'Back to the title'],
]

type Pressed = Pick<KeyboardEvent, 'key' | 'ctrlKey' | 'metaKey' | 'altKey'>
/** The element that has the focus, as far as keys are concerned. */
export type Focus = 'text' | 'button' | 'list' | 'slider' | 'none'

const ownKeys: Readonly<Record<Focus, RegExp | null>> = {
  none: null,
  text: /./,
  button: /^( |enter)$/,
  list: /^( |enter|arrow\w+|home|end|[a-z0-9])$/,
  slider: /^(arrow\w+|home|end)$/,
}

/** What a key means here; undefined when it is for the browser, or for the control that has the focus. */
export const commandOf = ({ key, ctrlKey, metaKey, altKey }: Pressed, focus: Focus): Command | undefined => {
  const name = key.toLowerCase()
  if (ctrlKey || metaKey || altKey || ownKeys[focus]?.test(name)) return undefined
  if (/^[0-9]$/.test(name)) return { do: 'to', share: Number(name) / 10 }
  return Object.hasOwn(byKey, name) ? byKey[name] : undefined
}

/** The next speed in steps up or down from one; the ends stay. */
export const rateAfter = (rate: number, steps: number): number => {
  const at = rates.indexOf(rate)
  const from = at === -1 ? rates.indexOf(1) : at
  return rates[Math.min(rates.length - 1, Math.max(0, from + steps))] ?? 1
}
