import type { Rendition } from './segments.ts'

/** Bits per second of a rendition. */
export type Bandwidth = { readonly peak: number; readonly average: number }

/** The target duration of a rendition (RFC 8216, section 4.3.3.1): every segment, rounded to whole seconds, is at most so long. */
export const targetSeconds = ({ segments }: Pick<Rendition, 'segments'>): number =>
  Math.max(1, ...segments.map(({ duration }) => Math.round(duration)))

/**
 * Peak and average as RFC 8216, section 4.1, defines them: the peak is the largest rate of any contiguous segments that last
 * between 0.5 and 1.5 target durations together. A shorter last segment is so counted with the one before it.
 */
export const bandwidthOf = (rendition: Pick<Rendition, 'segments'>): Bandwidth => {
  const { segments } = rendition
  const target = targetSeconds(rendition)
  const total = rateOf(segments)
  const rates = segments.flatMap((_, from) => {
    const found: number[] = []
    let [bytes, seconds] = [0, 0]
    for (const segment of segments.slice(from, from + 64)) {
      bytes += segment.bytes
      seconds += segment.duration
      if (seconds > 1.5 * target) break
      if (seconds >= 0.5 * target) found.push((8 * bytes) / seconds)
    }
    return found
  })
  return { peak: Math.ceil(rates.reduce((most, rate) => Math.max(most, rate), total)), average: Math.ceil(total) }
}

/** The same of a playlist of nothing but the pictures that need no other; each is a segment of it. */
export const keyBandwidthOf = ({ segments }: Pick<Rendition, 'segments'>): Bandwidth =>
  bandwidthOf({
    segments: segments.flatMap((segment) =>
      segment.keys.map(({ start, end, duration }) => ({ ...segment, start: 0, duration, bytes: end - start })),
    ),
  })

const rateOf = (segments: Rendition['segments']): number => {
  const seconds = segments.reduce((sum, { duration }) => sum + duration, 0)
  return seconds === 0 ? 0 : (8 * segments.reduce((sum, { bytes }) => sum + bytes, 0)) / seconds
}
