import type { Api, Playback } from './api.ts'

export type Reports = { readonly bitrate: (kbps: number) => void; readonly stop: () => void }
type Watched = {
  readonly api: Api
  readonly titleId: string
  readonly playback: Playback
  /** Called once when the account plays elsewhere in place of this. */
  readonly onStopped: () => void
}
type State = 'starting' | 'playing' | 'paused' | 'ended' | 'stopped'

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
export const createReports = (video: HTMLVideoElement, { api, titleId, playback, onStopped }: Watched): Reports => {
  const off = new AbortController()
  const report = api.beginReports()
  const figures = measure(video, off.signal)
  let bitrateKbps = 0
  const send = (state: State): void => {
    const where = { positionMs: Math.round(video.currentTime * 1000), durationMs: playback.durationMs, at: new Date().toISOString() }
    const { sessionId } = playback
    report({ titleId, sessionId, state, ...where, ...figures(), bitrateKbps }).then(
      (stopped) => stopped.includes(sessionId) && !off.signal.aborted && onStopped(),
      () => undefined,
    )
  }
  const on = (event: string, handler: () => void, once = false) => video.addEventListener(event, handler, { signal: off.signal, once })
  on('playing', () => send('starting'), true)
  on('pause', () => send(video.ended ? 'ended' : 'paused'))
  on('seeked', () => send(video.paused ? 'paused' : 'playing'))
  const timer = setInterval(() => !video.paused && send('playing'), playback.heartbeatSeconds * 1000)
  // NOTE: a page that the browser keeps may be shown again, with the film where it stood.
  addEventListener('pagehide', ({ persisted }) => send(persisted ? 'paused' : 'stopped'), { signal: off.signal })
  return {
    bitrate: (kbps) => {
      bitrateKbps = kbps
    },
    stop: () => {
      clearInterval(timer)
      off.abort()
      if (video.currentTime > 0) send('stopped')
    },
  }
}
