import type Hls from 'hls.js'
import { useEffect, useRef, useState } from 'preact/hooks'
import { html } from '../html.ts'
import { Controls } from './controls.ts'
import { useMediaSession, useWakeLock } from './device.ts'
import { Fault } from './fault.ts'
import { Help } from './help.ts'
import { useIdle } from './idle.ts'
import { type Command, commandOf, type Focus, rateAfter } from './keys.ts'
import { useMedia } from './media.ts'
import { profileId, usePlayback } from './playback.ts'
import { remember } from './remembered.ts'
import { useThumbnails } from './thumbnails.ts'
import { chooseAudio, chooseQuality, chooseSubtitles, type Tracks } from './tracks.ts'

export type TheatreProps = {
  readonly titleId: string
  readonly name: string
  readonly picture: string
  /** Address of the title's page. */
  readonly back: string
  /** What is shown when the film has ended. */
  readonly ending: unknown
}

const focusOf = (element: Element | null): Focus => {
  if (element instanceof HTMLSelectElement) return 'list'
  if (element instanceof HTMLInputElement) return element.type !== 'range' ? 'text' : element.dataset.seek === undefined ? 'slider' : 'none'
  return element instanceof HTMLButtonElement || element instanceof HTMLAnchorElement ? 'button' : 'none'
}

type Stage = {
  readonly video: HTMLVideoElement
  readonly frame: HTMLElement
  readonly toggleHelp: () => void
  readonly toggleSubtitles: () => void
}

const seekTo = (video: HTMLVideoElement, seconds: number): void => {
  video.currentTime = Math.min(Math.max(0, seconds), Number.isFinite(video.duration) ? video.duration : seconds)
}
const setVolume = (video: HTMLVideoElement, volume: number): void => {
  video.volume = Math.min(1, Math.max(0, volume))
  video.muted = video.volume === 0
}
const setRate = (video: HTMLVideoElement, rate: number): void =>
  void Object.assign(video, { defaultPlaybackRate: rate, playbackRate: rate })
/** NOTE: a browser refuses what no gesture asked for; nothing is lost then. */
const quietly = (work: Promise<unknown>): void => void work.catch(() => undefined)
const toggle = (video: HTMLVideoElement): void => (video.paused ? quietly(video.play()) : video.pause())

const carryOut = (command: Command, { video, frame, toggleHelp, toggleSubtitles }: Stage): void => {
  if (command.do === 'toggle') toggle(video)
  else if (command.do === 'jump') seekTo(video, video.currentTime + command.seconds)
  else if (command.do === 'to') seekTo(video, video.duration * command.share)
  else if (command.do === 'mute') video.muted = !video.muted
  else if (command.do === 'volume') setVolume(video, video.volume + command.by)
  else if (command.do === 'rate') setRate(video, rateAfter(video.playbackRate, command.steps))
  else if (command.do === 'subtitles') toggleSubtitles()
  else if (command.do === 'help') toggleHelp()
  else if (command.do === 'fullscreen') quietly(document.fullscreenElement === null ? frame.requestFullscreen() : document.exitFullscreen())
  else quietly(document.pictureInPictureElement === null ? video.requestPictureInPicture() : document.exitPictureInPicture())
}

const labelOf = (choices: Tracks['audio'], id: number): string | null => choices.find((each) => each.id === id)?.label ?? null

/** Makes a choice in the stream, and keeps it for the next film. */
const choicesIn = (tracks: Tracks, choose: (change: (hls: Hls) => void) => void) => ({
  quality: (id: number) => {
    choose((current) => chooseQuality(current, id))
    remember(profileId(), { height: id === -1 ? null : Number.parseInt(labelOf(tracks.qualities, id) ?? '', 10) })
  },
  audio: (id: number) => {
    choose((current) => chooseAudio(current, id))
    remember(profileId(), { audio: labelOf(tracks.audio, id) })
  },
  subtitles: (id: number) => {
    choose((current) => chooseSubtitles(current, id))
    remember(profileId(), { subtitles: id === -1 ? null : labelOf(tracks.subtitles, id) })
  },
})

const useFullScreen = (): boolean => {
  const [isFull, setFull] = useState(false)
  useEffect(() => {
    const update = (): void => setFull(document.fullscreenElement !== null)
    document.addEventListener('fullscreenchange', update)
    return () => document.removeEventListener('fullscreenchange', update)
  }, [])
  return isFull
}

const useKeys = (act: (command: Command) => void): void => {
  const latest = useRef(act)
  latest.current = act
  useEffect(() => {
    const press = (event: KeyboardEvent): void => {
      const command = commandOf(event, focusOf(document.activeElement))
      if (command === undefined) return
      event.preventDefault()
      latest.current(command)
    }
    addEventListener('keydown', press)
    return () => removeEventListener('keydown', press)
  }, [])
}

/** A film with its controls, over the page. */
export const Theatre = ({ titleId, name, picture, back, ending }: TheatreProps) => {
  const [frame, setFrame] = useState<HTMLElement | null>(null)
  const [video, setVideo] = useState<HTMLVideoElement | null>(null)
  const [isHelpOpen, setHelpOpen] = useState(false)
  const { error, elsewhere, tracks, thumbnails, choose: change, retry } = usePlayback(titleId, video)
  const pictures = useThumbnails(thumbnails)
  const media = useMedia(video)
  const isPlaying = media !== null && !media.isPaused
  const isIdle = useIdle(frame, !isPlaying || error !== '' || isHelpOpen)
  const choose = choicesIn(tracks, change)
  const toggleSubtitles = (): void => choose.subtitles(tracks.subtitleAt === -1 ? (tracks.subtitles[1]?.id ?? -1) : -1)
  const act = (command: Command): void => {
    if (video !== null && frame !== null) carryOut(command, { video, frame, toggleHelp: () => setHelpOpen(!isHelpOpen), toggleSubtitles })
  }
  useKeys(act)
  useMediaSession({ name, picture, isPlaying }, { toggle: () => act({ do: 'toggle' }), jump: (seconds) => act({ do: 'jump', seconds }) })
  useWakeLock(isPlaying)
  const isFull = useFullScreen()
  return html`
    <main id="main" class=${isIdle ? 'watch idle' : 'watch'} ref=${setFrame}>
      <h1 class="sr-only">${name === '' ? 'Now playing' : `Now playing: ${name}`}</h1>
      <video ref=${setVideo} playsinline autoplay aria-label="Film" onClick=${() => act({ do: 'toggle' })} onDblClick=${() => act({ do: 'fullscreen' })}></video>
      <div class="watch-top"><a class="button back" href=${back}>Back</a><p class="watch-name">${name}</p></div>
      ${media?.isWaiting && error === '' && html`<p class="spinner" role="status"><span class="sr-only">Loading</span></p>`}
      ${error !== '' && html`<${Fault} error=${error} elsewhere=${elsewhere} retry=${retry} />`}
      ${media?.hasEnded && ending}
      ${video !== null && media !== null && html`<${Controls} media=${media} tracks=${tracks} thumbnails=${pictures} isFull=${isFull} hasPicture=${document.pictureInPictureEnabled} seek=${(seconds: number) => seekTo(video, seconds)} setVolume=${(volume: number) => setVolume(video, volume)} setRate=${(rate: number) => setRate(video, rate)} choose=${choose} carryOut=${act} />`}
      ${isHelpOpen && html`<${Help} close=${() => setHelpOpen(false)} />`}
    </main>
  `
}
