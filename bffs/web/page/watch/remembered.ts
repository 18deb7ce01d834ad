import type { Preferences } from './tracks.ts'

/** What the player remembers for a profile on this device. */
export type Remembered = Preferences & {
  readonly volume: number
  readonly isMuted: boolean
  readonly rate: number
  /** Whether the next episode begins by itself. */
  readonly autoplay: boolean
}

export const rates: readonly number[] = [0.5, 0.75, 1, 1.25, 1.5, 2]
export const fresh: Remembered = { height: null, audio: null, subtitles: null, volume: 1, isMuted: false, rate: 1, autoplay: true }

const text = (value: unknown): string | null => (typeof value === 'string' ? value : null)

/** What was kept, as far as it makes sense; anything else, written by another version or by hand, is as if it had not been. */
export const parseRemembered = (kept: string | null): Remembered => {
  let read: unknown
  try {
    read = JSON.parse(kept ?? 'null')
  } catch {
    return fresh
  }
  if (typeof read !== 'object' || read === null) return fresh
  const { height, audio, subtitles, volume, isMuted, rate, autoplay } = read as Readonly<Record<string, unknown>>
  return {
    height: typeof height === 'number' ? height : null,
    audio: text(audio),
    subtitles: text(subtitles),
    volume: typeof volume === 'number' && volume >= 0 && volume <= 1 ? volume : fresh.volume,
    isMuted: isMuted === true,
    rate: typeof rate === 'number' && rates.includes(rate) ? rate : fresh.rate,
    autoplay: autoplay !== false,
  }
}

const keyOf = (profileId: string): string => `cinegraph.player.${profileId}`

export const remembered = (profileId: string): Remembered => parseRemembered(localStorage.getItem(keyOf(profileId)))

/** NOTE: storage can be full or forbidden; then the choice holds for this film alone. */
export const remember = (profileId: string, change: Partial<Remembered>): void => {
  try {
    localStorage.setItem(keyOf(profileId), JSON.stringify({ ...remembered(profileId), ...change }))
  } catch {
    // Nothing to do.
  }
}
