import type { Api, Playback } from './api.ts'

export type Reports = { readonly bitrate: (kbps: number) => void; readonly stop: () => void }
type Watched = { readonly api: Api; readonly titleId: string; readonly playback: Playback }
type State = 'starting' | 'playing' | 'paused' | 'ended'

/** Quality since the last report: how long the first frame took, and how long the picture stood still. */
const measure = (video: HTMLVideoElement, signal: AbortSignal) => {
  const asked = performance.now()
  let figures = { startupMs: undefined as number | undefined, rebufferMs: 0 }
  let standingSince: number | null = null
  const on = (event: string, handler: () => void, once = false) => video.addEventListener(event, handler, { signal, once })
  on('playing', () => (figures = { ...figures, startupMs: Math.round(performance.now() - asked) }), true)
  on('waiting', () => {
    if (!video.seeking && video.currentTime > 0) standingSince = performance.now()
  })
  on('playing', () => {
    if (standingSince !== null) figures = { ...figures, rebufferMs: figures.rebufferMs + performance.now() - standingSince }
    standingSince = null
  })
  return () => {
    const { startupMs, rebufferMs } = figures
    figures = { startupMs: undefined, rebufferMs: 0 }
    return { ...(startupMs === undefined ? {} : { startupMs }), rebufferMs: Math.round(rebufferMs) }
  }
}

/** Heartbeats of one playback: when it starts, stops and seeks, and regularly while it plays. */
export const createReports = (video: HTMLVideoElement, { api, titleId, playback }: Watched): Reports => {
  const off = new AbortController()
  const figures = measure(video, off.signal)
  let bitrateKbps = 0
  const send = (state: State): void => {
    const where = { positionMs: Math.round(video.currentTime * 1000), durationMs: playback.durationMs, at: new Date().toISOString() }
    api.report({ titleId, sessionId: playback.sessionId, state, ...where, ...figures(), bitrateKbps })
  }
  const on = (event: string, handler: () => void, once = false) => video.addEventListener(event, handler, { signal: off.signal, once })
  on('playing', () => send('starting'), true)
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
