import type Hls from 'hls.js'
import { useEffect, useRef, useState } from 'preact/hooks'
import type { PlayMutation } from '../../documents.generated.ts'
import { type Player, startPlayer } from '../player.ts'
import { session, web } from '../state.ts'
import { remember, remembered } from './remembered.ts'
import { noTracks, type Tracks, watchTracks } from './tracks.ts'

export type Playing = {
  readonly error: string
  readonly tracks: Tracks
  /** What plays the stream now; null until it is open. */
  readonly hls: () => Hls | null
  /** Asks for the film once more, and goes on where it stood. */
  readonly retry: () => void
}

export const profileId = (): string => session.value?.profile.id ?? ''

/** Plays a title in an element for as long as the view lasts, with the sound, speed and tracks that the profile chose before. */
export const usePlayback = (titleId: string, video: HTMLVideoElement | null): Playing => {
  const [error, setError] = useState('')
  const [tracks, setTracks] = useState<Tracks>(noTracks)
  const [tries, setTries] = useState(0)
  const hls = useRef<Hls | null>(null)
  // biome-ignore lint/correctness/useExhaustiveDependencies: each try begins anew.
  useEffect(() => {
    if (video === null) return undefined
    let player: Player | null = null
    let isWanted = true
    const onOpen = (opened: Hls): void => {
      hls.current = opened
      watchTracks(opened, () => remembered(profileId()), setTracks)
    }
    const begin = async (): Promise<void> => {
      const { play } = await web.ask<PlayMutation>('play', { titleId })
      if (!isWanted) return
      if (!('streams' in play)) return setError(play.message)
      const playback = video.currentTime > 0 ? { ...play, startAtMs: video.currentTime * 1000 } : play
      player = startPlayer(video, { api: web, titleId, playback }, { onFatal: setError, onOpen })
    }
    begin().catch((failure: unknown) => isWanted && setError(failure instanceof Error ? failure.message : String(failure)))
    return () => {
      isWanted = false
      player?.stop()
      hls.current = null
    }
  }, [titleId, video, tries])
  useSoundAndSpeed(video)
  const retry = (): void => {
    setError('')
    setTries(tries + 1)
  }
  return { error, tracks, hls: () => hls.current, retry }
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
