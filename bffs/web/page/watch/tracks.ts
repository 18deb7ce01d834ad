import Hls from 'hls.js'

export type Choice = { readonly id: number; readonly label: string }
/** What a stream offers; the id of a quality is that of its level, and −1 stands for automatic or off. */
export type Tracks = {
  readonly qualities: readonly Choice[]
  readonly quality: number
  /** Lines of the picture that plays now. */
  readonly height: number
  readonly audio: readonly Choice[]
  readonly audioAt: number
  readonly subtitles: readonly Choice[]
  readonly subtitleAt: number
}
/** Choices of a member that outlive a stream: a height of picture and languages. */
export type Preferences = { readonly height: number | null; readonly audio: string | null; readonly subtitles: string | null }

export const noTracks: Tracks = { qualities: [], quality: -1, height: 0, audio: [], audioAt: -1, subtitles: [], subtitleAt: -1 }

const languageName = (language: string | undefined, name: string): string => {
  if (name !== '' && name !== language) return name
  try {
    return new Intl.DisplayNames(undefined, { type: 'language' }).of(language ?? '') ?? name
  } catch {
    return name || 'Unnamed'
  }
}

/** One entry for each height, the best of each. Automatic stands first. */
const qualitiesOf = ({ levels }: Hls): readonly Choice[] => {
  const byHeight = new Map<number, number>()
  for (const [id, { height }] of levels.entries()) byHeight.set(height, id)
  const heights = [...byHeight].toSorted(([a], [b]) => b - a).map(([height, id]) => ({ id, label: `${height}p` }))
  return [{ id: -1, label: 'Auto' }, ...heights]
}

/** What a stream offers, and what of it is chosen. */
export const tracksOf = (hls: Hls): Tracks => ({
  qualities: qualitiesOf(hls),
  quality: hls.manualLevel,
  height: hls.levels[hls.currentLevel]?.height ?? 0,
  audio: hls.audioTracks.map(({ id, lang, name }) => ({ id, label: languageName(lang, name) })),
  audioAt: hls.audioTrack,
  subtitles: [{ id: -1, label: 'Off' }, ...hls.subtitleTracks.map(({ id, lang, name }) => ({ id, label: languageName(lang, name) }))],
  subtitleAt: hls.subtitleDisplay ? hls.subtitleTrack : -1,
})

const events = [
  Hls.Events.MANIFEST_PARSED,
  Hls.Events.LEVEL_SWITCHED,
  Hls.Events.AUDIO_TRACKS_UPDATED,
  Hls.Events.AUDIO_TRACK_SWITCHED,
  Hls.Events.SUBTITLE_TRACKS_UPDATED,
  Hls.Events.SUBTITLE_TRACK_SWITCH,
] as const

/** Reports what a stream offers, as it becomes known, and makes the member's standing choices in it. */
export const watchTracks = (hls: Hls, preferences: () => Preferences, onTracks: (tracks: Tracks) => void): void => {
  hls.once(Hls.Events.MANIFEST_PARSED, () => {
    const { height } = preferences()
    const wanted = qualitiesOf(hls).find(({ label }) => label === `${height}p`)
    if (wanted !== undefined) hls.nextLevel = wanted.id
  })
  hls.once(Hls.Events.AUDIO_TRACKS_UPDATED, () => {
    const wanted = hls.audioTracks.find(({ lang, name }) => languageName(lang, name) === preferences().audio)
    if (wanted !== undefined) hls.audioTrack = wanted.id
  })
  hls.once(Hls.Events.SUBTITLE_TRACKS_UPDATED, () => {
    const wanted = hls.subtitleTracks.find(({ lang, name }) => languageName(lang, name) === preferences().subtitles)
    chooseSubtitles(hls, wanted?.id ?? -1)
  })
  for (const event of events) hls.on(event, () => onTracks(tracksOf(hls)))
}

/** Changes at the next segment: what is loaded already plays on, without a pause. */
export const chooseQuality = (hls: Hls, id: number): void => {
  hls.nextLevel = id
}

export const chooseAudio = (hls: Hls, id: number): void => {
  hls.audioTrack = id
}

export const chooseSubtitles = (hls: Hls, id: number): void => {
  hls.subtitleDisplay = id >= 0
  hls.subtitleTrack = id
}
