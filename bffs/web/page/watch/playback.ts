import type Hls from 'hls.js'
import { useEffect, useRef, useState } from 'preact/hooks'
import type { PlayMutation } from '../../documents.generated.ts'
import { failureText } from '../failure.ts'
import { type Player, startPlayer } from '../player.ts'
import { session, web } from '../state.ts'
import { remember, remembered } from './remembered.ts'
import { noTracks, type Tracks, tracksOf, watchTracks } from './tracks.ts'

export type Playing = {
  readonly error: string
  /** Where the account plays, when that is why the film does not play here. */
  readonly elsewhere: readonly PlayingDevice[]
  readonly tracks: Tracks
  /** Where small pictures of the film are; empty until it is open. */
  readonly thumbnails: string
  /** Makes a choice in what plays the stream; not before it is open. */
  readonly choose: (change: (hls: Hls) => void) => void
  /** Asks for the film once more, in place of a session elsewhere when one is named, and goes on where it stood. */
  readonly retry: (stop?: string) => void
}
type Refusal = Extract<PlayMutation['play'], { __typename?: 'PlayRefusal' }>
export type PlayingDevice = Refusal['playing'][number]
type Fault = { readonly message: string; readonly elsewhere: readonly PlayingDevice[] }

const none: Fault = { message: '', elsewhere: [] }
const stoppedHere = 'The film was stopped here, because the account plays on another device in its place.'

export const profileId = (): string => session.value?.profile.id ?? ''

/** Plays a title in an element for as long as the view lasts, with the sound, speed and tracks that the profile chose before. */
export const usePlayback = (titleId: string, video: HTMLVideoElement | null): Playing => {
  const [fault, setFault] = useState(none)
  const [tracks, setTracks] = useState<Tracks>(noTracks)
  const [thumbnails, setThumbnails] = useState('')
  const [tries, setTries] = useState<{ readonly stop?: string }>({})
  const hls = useRef<Hls | null>(null)
  useEffect(() => {
    if (video === null) return undefined
    let player: Player | null = null
    let isWanted = true
    const onOpen = (opened: Hls): void => {
      hls.current = opened
      watchTracks(opened, () => remembered(profileId()), setTracks)
    }
    const fail = (message: string): void => setFault({ message, elsewhere: [] })
    const onStopped = (): void => {
      player?.stop()
      fail(stoppedHere)
    }
    const begin = async (): Promise<void> => {
      const { play } = await web.ask<PlayMutation>('play', { titleId, ...tries })
      if (!isWanted) return
      if (!('streams' in play)) return setFault({ message: play.message, elsewhere: play.playing })
      setThumbnails(play.streams[0]?.thumbnails ?? '')
      const playback = video.currentTime > 0 ? { ...play, startAtMs: video.currentTime * 1000 } : play
      player = startPlayer(video, { api: web, titleId, playback }, { onFatal: fail, onStopped, onOpen })
    }
    begin().catch((failure: unknown) => isWanted && fail(failureText(failure)))
    return () => {
      isWanted = false
      player?.stop()
      hls.current = null
    }
  }, [titleId, video, tries])
  useSoundAndSpeed(video)
  const choose = (change: (hls: Hls) => void): void => {
    if (hls.current === null) return
    change(hls.current)
    // NOTE: hls.js tells of no change where subtitles that it had chosen itself are shown or hidden.
    setTracks(tracksOf(hls.current))
  }
  const retry = (stop?: string): void => {
    setFault(none)
    setTries(stop === undefined ? {} : { stop })
  }
  return { error: fault.message, elsewhere: fault.elsewhere, tracks, thumbnails, choose, retry }
}

/** Sets volume and speed as they were left, and keeps what becomes of them. */
const useSoundAndSpeed = (video: HTMLVideoElement | null): void => {
  useEffect(() => {
    if (video === null) return undefined
    const { volume, isMuted, rate } = remembered(profileId())
    Object.assign(video, { volume, muted: isMuted, defaultPlaybackRate: rate, playbackRate: rate })
    const off = new AbortController()
    const keep = (): void => remember(profileId(), { volume: video.volume, isMuted: video.muted, rate: video.playbackRate })
    for (const event of ['volumechange', 'ratechange']) video.addEventListener(event, keep, { signal: off.signal })
    return () => off.abort()
  }, [video])
}
