import Hls from 'hls.js'
import type { Api, Playback } from './api.ts'
import { createFailover, type Failover } from './failover.ts'
import { createReports } from './reports.ts'

export type PlayerEvents = {
  readonly onFatal: (message: string) => void
  /** Called when the account plays elsewhere in place of this. */
  readonly onStopped: () => void
  /** Called with what plays the stream, for each edge that is tried. */
  readonly onOpen?: (hls: Hls) => void
}
export type Player = { readonly stop: () => void }

type Edges = { readonly failover: Failover; readonly onLost: (isLast: boolean) => void }

/** Leaves an edge that has failed; mends what the media element can mend by itself. */
const watchEdge = (hls: Hls, { failover, onLost }: Edges): void => {
  hls.on(Hls.Events.FRAG_LOADED, () => failover.loaded())
  hls.on(Hls.Events.ERROR, (_event, { fatal, type, details }) => {
    // NOTE: what it gave up itself when it was steered to another edge.
    if (details === Hls.ErrorDetails.INTERNAL_ABORTED) return
    if (type === Hls.ErrorTypes.MEDIA_ERROR) return fatal && hls.recoverMediaError()
    if (type !== Hls.ErrorTypes.NETWORK_ERROR && !fatal) return
    const next = failover.failed(fatal)
    if (next !== 'here') onLost(next === 'none')
  })
}

/** Plays a stream in a video element and reports to the BFF how it goes; changes to the next edge when one fails. */
export const startPlayer = (
  video: HTMLVideoElement,
  { api, titleId, playback }: { readonly api: Api; readonly titleId: string; readonly playback: Playback },
  { onFatal, onStopped, onOpen }: PlayerEvents,
): Player => {
  const reports = createReports(video, { api, titleId, playback, onStopped })
  const failover = createFailover(playback.streams.length)
  let hls: Hls | null = null
  const giveUp = (): void => {
    hls?.destroy()
    onFatal('No edge answers. Try again in a moment.')
  }
  const open = (atSeconds: number): void => {
    const stream = playback.streams[failover.edge()]
    if (stream === undefined) {
      giveUp()
      return
    }
    if (!Hls.isSupported()) {
      video.src = stream.hls
      video.currentTime = atSeconds
      return
    }
    hls?.destroy()
    hls = new Hls({
      startPosition: atSeconds,
      enableWorker: false,
      maxBufferLength: 30,
      maxMaxBufferLength: 60,
      capLevelToPlayerSize: true,
    })
    watchEdge(hls, { failover, onLost: (isLast) => (isLast ? giveUp() : open(video.currentTime || atSeconds)) })
    hls.on(Hls.Events.LEVEL_SWITCHED, (_event, { level }) => reports.bitrate(Math.round((hls?.levels[level]?.bitrate ?? 0) / 1000)))
    onOpen?.(hls)
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
