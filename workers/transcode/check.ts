import { CinegraphError } from '#platform/errors/errors.ts'
import { type Rendition, secondsOf } from './package/segments.ts'
import type { Source } from './probe.ts'

/**
 * Refuses a stream that does not hold the whole film: every rung lasts as long as the source, to one frame and half a
 * second of sound, and all rungs are cut at the same instants. Throws SOURCE_UNREADABLE or ENCODE_FAILED.
 */
export const checkStream = ({ durationMs, framesPerSecond }: Source, videos: readonly Rendition[], audio: Rendition): void => {
  const wanted = durationMs / 1000
  const tolerance = 1.5 / framesPerSecond
  const [first] = videos
  for (const video of videos) {
    const seconds = secondsOf(video)
    if (seconds < wanted - tolerance - 0.05)
      throw new CinegraphError('SOURCE_UNREADABLE', { why: `it ends after ${seconds.toFixed(1)} of its ${wanted.toFixed(1)} seconds` })
    const aligned =
      first !== undefined &&
      video.segments.length === first.segments.length &&
      video.segments.every((segment, at) => Math.abs(segment.start - (first.segments[at]?.start ?? -1)) < 0.001)
    if (!aligned) throw new CinegraphError('ENCODE_FAILED', { why: `${video.name} is not cut where ${first?.name} is` })
  }
  if (secondsOf(audio) === 0) throw new CinegraphError('ENCODE_FAILED', { why: 'the sound is empty' })
}
