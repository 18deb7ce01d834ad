import { CinegraphError } from '#platform/errors/errors.ts'
import { type Rendition, secondsOf } from './package/segments.ts'
import type { Timeline } from './timeline.ts'

/**
 * Refuses a stream that does not hold all of the film: every rung has all its frames, every sound lasts as long, and all rungs
 * are cut at the same instants. Throws ENCODE_FAILED.
 */
export const checkStream = (
  { frames, framesPerSecond }: Pick<Timeline, 'frames' | 'framesPerSecond'>,
  videos: readonly Rendition[],
  sounds: readonly Rendition[],
): void => {
  const refuse = (why: string): never => {
    throw new CinegraphError('ENCODE_FAILED', { why })
  }
  const wanted = frames / framesPerSecond
  const [first] = videos
  for (const video of videos) {
    const seconds = secondsOf(video)
    if (Math.abs(seconds - wanted) > 0.5 / framesPerSecond)
      refuse(`rendition ${video.name} lasts ${seconds.toFixed(2)} s, and the film ${wanted.toFixed(2)} s`)
    const aligned =
      video.segments.length === first?.segments.length &&
      video.segments.every((segment, at) => Math.abs(segment.start - (first.segments[at]?.start ?? -1)) < 0.001)
    if (!aligned) refuse(`${video.name} is not cut where ${first?.name} is`)
  }
  for (const sound of sounds) {
    const seconds = secondsOf(sound)
    // NOTE: a sound has the run-up of its encoder more, and fills its last frame.
    if (seconds < wanted - 0.001 || seconds > wanted + 0.1)
      refuse(`${sound.name} lasts ${seconds.toFixed(2)} s, and the film ${wanted.toFixed(2)} s`)
  }
}
