import Hls from 'hls.js'

const tracksOf = new WeakMap<HTMLVideoElement, Map<number, TextTrack>>()

/** NOTE: text tracks of an element cannot be removed, so that each stream it plays uses those of the one before. */
const trackAt = (video: HTMLVideoElement, at: number): TextTrack => {
  const tracks = tracksOf.get(video) ?? new Map<number, TextTrack>()
  tracksOf.set(video, tracks)
  const track = tracks.get(at) ?? video.addTextTrack('subtitles')
  tracks.set(at, track)
  return track
}

/**
 * Shows the subtitles of a stream; it has to be opened with `renderTextTracksNatively` off. NOTE: left alone, hls.js makes its
 * tracks of an address of the scheme `data:`, which the policy of the page rightly forbids.
 */
export const showSubtitles = (hls: Hls, video: HTMLVideoElement): void => {
  for (const track of tracksOf.get(video)?.values() ?? []) {
    // NOTE: `cues` is null while a track is disabled.
    track.mode = 'hidden'
    for (const cue of [...(track.cues ?? [])]) track.removeCue(cue)
  }
  const show = (): void => {
    for (const [at, track] of tracksOf.get(video) ?? []) track.mode = at === hls.subtitleTrack && hls.subtitleDisplay ? 'showing' : 'hidden'
  }
  hls.on(Hls.Events.CUES_PARSED, (_event, { subtitleTrack, cues }) => {
    if (subtitleTrack === undefined) return
    const track = trackAt(video, subtitleTrack.id)
    show()
    for (const cue of cues as readonly VTTCue[]) if (!track.cues?.getCueById(cue.id)) track.addCue(cue)
  })
  hls.on(Hls.Events.SUBTITLE_TRACK_SWITCH, show)
}
