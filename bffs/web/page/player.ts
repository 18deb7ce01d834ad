import Hls from 'hls.js'
import type { Api, Playback } from './api.ts'
import { createReports } from './reports.ts'

export type PlayerEvents = {
  readonly onFatal: (message: string) => void
  /** Called with what plays the stream, for each edge that is tried. */
  readonly onOpen?: (hls: Hls) => void
}
export type Player = { readonly stop: () => void }

/** NOTE: left alone, hls.js goes on trying one edge for half a minute; another one has the same film. */
const failuresMax = 2

/** Calls `lost` when this edge has failed for good; mends what the media element can mend by itself. */
const onEdgeLost = (hls: Hls, lost: () => void): void => {
  let failures = 0
  hls.on(Hls.Events.ERROR, (_event, { fatal, type }) => {
    if (type === Hls.ErrorTypes.MEDIA_ERROR) return fatal && hls.recoverMediaError()
    if (type === Hls.ErrorTypes.NETWORK_ERROR) failures += 1
    if (fatal || failures >= failuresMax) lost()
  })
}

/** Plays a stream in a video element and reports to the BFF how it goes; changes to the next edge when one fails. */
export const startPlayer = (
  video: HTMLVideoElement,
  { api, titleId, playback }: { readonly api: Api; readonly titleId: string; readonly playback: Playback },
  { onFatal, onOpen }: PlayerEvents,
): Player => {
  const reports = createReports(video, { api, titleId, playback })
  let edge = 0
  let hls: Hls | null = null
  const open = (atSeconds: number): void => {
    const stream = playback.streams[edge]
    if (stream === undefined) {
      onFatal('No edge answers. Try again in a moment.')
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
    onEdgeLost(hls, () => {
      edge += 1
      open(video.currentTime || atSeconds)
    })
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
