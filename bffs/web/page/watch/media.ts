import { useEffect, useState } from 'preact/hooks'

/** What a media element is doing, as its controls show it. Times are seconds. */
export type Media = {
  readonly time: number
  readonly duration: number
  readonly buffered: number
  readonly isPaused: boolean
  readonly isWaiting: boolean
  readonly hasEnded: boolean
  readonly volume: number
  readonly isMuted: boolean
  readonly rate: number
}

const events = [
  ...['timeupdate', 'durationchange', 'progress', 'play', 'pause', 'playing', 'waiting', 'seeking', 'seeked', 'ended'],
  ...['volumechange', 'ratechange', 'emptied', 'canplay'],
]

/** NOTE: an element that plays reports `waiting` by an event alone; whether it has enough to go on is in its ready state. */
const read = (video: HTMLVideoElement): Media => ({
  time: video.currentTime,
  duration: Number.isFinite(video.duration) ? video.duration : 0,
  buffered: bufferedFrom(video),
  isPaused: video.paused,
  isWaiting: !video.ended && video.readyState < HTMLMediaElement.HAVE_FUTURE_DATA,
  hasEnded: video.ended,
  volume: video.volume,
  isMuted: video.muted,
  rate: video.playbackRate,
})

/** Up to where it can play on without loading more. */
const bufferedFrom = ({ buffered, currentTime }: HTMLVideoElement): number => {
  for (let at = 0; at < buffered.length; at += 1)
    if (buffered.start(at) <= currentTime + 0.1 && currentTime <= buffered.end(at)) return buffered.end(at)
  return currentTime
}

/** The state of a media element; null before there is one. */
export const useMedia = (video: HTMLVideoElement | null): Media | null => {
  const [media, setMedia] = useState<Media | null>(null)
  useEffect(() => {
    if (video === null) return undefined
    const off = new AbortController()
    const update = (): void => setMedia(read(video))
    for (const event of events) video.addEventListener(event, update, { signal: off.signal })
    update()
    return () => off.abort()
  }, [video])
  return media
}
