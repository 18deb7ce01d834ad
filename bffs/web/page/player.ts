import Hls from 'hls.js'
import type { PlayMutation } from '../documents.generated.ts'
import type { Api } from './api.ts'

export type Playback = Extract<PlayMutation['play'], { __typename?: 'Playback' }>
export type PlayerEvents = { readonly onFatal: (message: string) => void }
export type Player = { readonly stop: () => void }

/** Plays a stream in a video element and reports to the BFF how it goes; changes to the next edge when one fails. */
export const startPlayer = (video: HTMLVideoElement, { api, titleId, playback }: { readonly api: Api; readonly titleId: string; readonly playback: Playback }, { onFatal }: PlayerEvents): Player => {
  const reports = createReports(video, { api, titleId, playback })
  let edge = 0
  let hls: Hls | null = null
  const open = (atSeconds: number): void => {
    const stream = playback.streams[edge]
    if (stream === undefined) return onFatal('No edge answers. Try again in a moment.')
    if (!Hls.isSupported()) {
      video.src = stream.hls
      video.currentTime = atSeconds
      return
    }
    hls?.destroy()
    hls = new Hls({ startPosition: atSeconds, enableWorker: false, maxBufferLength: 30, capLevelToPlayerSize: true })
    hls.on(Hls.Events.ERROR, (_event, { fatal, type }) => {
      if (!fatal) return
      if (type === Hls.ErrorTypes.MEDIA_ERROR) return hls?.recoverMediaError()
      edge += 1
      open(video.currentTime || atSeconds)
    })
    hls.on(Hls.Events.LEVEL_SWITCHED, (_event, { level }) => reports.bitrate(Math.round((hls?.levels[level]?.bitrate ?? 0) / 1000)))
    hls.loadSource(stream.hls)
    hls.attachMedia(video)
  }
  open(playback.startAtMs / 1000)
  video.play().catch(() => undefined)
  return {
    stop: () => {
      reports.stop()
      hls?.destroy()
    },
  }
}

type Reports = { readonly bitrate: (kbps: number) => void; readonly stop: () => void }

const createReports = (video: HTMLVideoElement, { api, titleId, playback }: { readonly api: Api; readonly titleId: string; readonly playback: Playback }): Reports => {
  const asked = performance.now()
  const off = new AbortController()
  let startupMs: number | undefined
  let waitingSince: number | null = null
  let rebufferMs = 0
  let bitrateKbps = 0
  const send = (state: 'playing' | 'paused' | 'ended' | 'starting'): void => {
    const beat = {
      ...{ titleId, sessionId: playback.sessionId, state, positionMs: Math.round(video.currentTime * 1000), durationMs: playback.durationMs, at: new Date().toISOString() },
      ...(startupMs === undefined ? {} : { startupMs: Math.round(startupMs) }),
      ...{ rebufferMs: Math.round(rebufferMs), bitrateKbps },
    }
    startupMs = undefined
    rebufferMs = 0
    api.report(beat)
  }
  const on = (event: string, handler: () => void, once = false) => video.addEventListener(event, handler, { signal: off.signal, once })
  on('playing', () => {
    startupMs = performance.now() - asked
    send('starting')
  }, true)
  on('waiting', () => {
    if (!video.seeking && video.currentTime > 0) waitingSince = performance.now()
  })
  on('playing', () => {
    if (waitingSince !== null) rebufferMs += performance.now() - waitingSince
    waitingSince = null
  })
  on('pause', () => send(video.ended ? 'ended' : 'paused'))
  on('seeked', () => send(video.paused ? 'paused' : 'playing'))
  const timer = setInterval(() => !video.paused && send('playing'), playback.heartbeatSeconds * 1000)
  addEventListener('pagehide', () => send('paused'), { signal: off.signal })
  return {
    bitrate: (kbps) => {
      bitrateKbps = kbps
    },
    stop: () => {
      clearInterval(timer)
      off.abort()
      if (video.currentTime > 0) send('paused')
    },
  }
}
