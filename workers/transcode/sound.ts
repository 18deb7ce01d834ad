import { labelsOf, tagOf } from './languages.ts'
import type { AudioTrack } from './probe.ts'
import type { Timeline } from './timeline.ts'

/** One sound of the stream, made of one track of the source, of two that hold a channel each, or of none. */
export type Sound = {
  readonly name: string
  readonly tracks: readonly number[]
  /** BCP 47; undefined where the source does not say. */
  readonly language: string | undefined
  readonly label: string
  readonly isDefault: boolean
}

export const samplesPerSecond = 48_000
/** Samples that the AAC encoder puts before the first one of the sound. */
export const primingSamples = 1_024

/** Two tracks of one channel that name no language, or the same, are the left and the right of one sound, as cameras write them. */
const isPair = (tracks: readonly AudioTrack[]): boolean => {
  const [left, right] = tracks
  return tracks.length === 2 && left?.channels === 1 && right?.channels === 1 && left.language === right.language
}

/** The sounds to make: at least one, exactly one of them the default. The first is named `audio`. */
export const soundsOf = (tracks: readonly AudioTrack[]): readonly Sound[] => {
  const groups = tracks.length === 0 ? [[]] : isPair(tracks) ? [tracks] : tracks.map((track) => [track])
  const labels = labelsOf(groups.map(([track]) => ({ language: track?.language, title: track?.title })))
  return groups.map((group, at) => ({
    name: at === 0 ? 'audio' : `audio${at + 1}`,
    tracks: group.map(({ index }) => index),
    language: tagOf(group[0]?.language),
    label: labels[at] ?? 'Original',
    isDefault: at === 0,
  }))
}

/** Sound in stereo from the stream's first instant to its last: silence where the source has none, nothing beside its time. */
export const soundFilter = ({ name, tracks }: Sound, { startSeconds, frames, framesPerSecond }: Timeline): string => {
  const samples = Math.round((samplesPerSecond * frames) / framesPerSecond)
  const stereo = `aformat=sample_fmts=fltp:sample_rates=${samplesPerSecond}:channel_layouts=stereo`
  if (tracks.length === 0)
    return `anullsrc=channel_layout=stereo:sample_rate=${samplesPerSecond},${stereo},atrim=end_sample=${samples}[${name}]`
  // NOTE: gaps from 20 ms on are filled; less is what containers round.
  const timed = `asetpts=PTS-${startSeconds.toFixed(6)}/TB,aresample=${samplesPerSecond}:async=1:min_hard_comp=0.02:first_pts=0`
  const parts = tracks.map((index, at) => `[0:${index}]${timed}[${name}c${at}]`)
  const ins = tracks.map((_, at) => `[${name}c${at}]`).join('')
  const joined = tracks.length > 1 ? `join=inputs=${tracks.length}:channel_layout=stereo,` : ''
  return [...parts, `${ins}${joined}${stereo},apad,atrim=end_sample=${samples}[${name}]`].join(';')
}
