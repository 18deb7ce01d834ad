/** Small pictures of a film, one for each so many seconds, in sheets of rows and columns that are JPEG files. */
export type Thumbnails = {
  readonly files: readonly string[]
  /** Bytes of each file. */
  readonly sheetBytes: readonly number[]
  readonly count: number
  readonly seconds: number
  readonly width: number
  readonly height: number
  /** How long the film is. */
  readonly filmSeconds: number
}

export const columns = 5
export const rows = 5
export const thumbnailsName = 'thumbnails.vtt'

export const sheetName = (at: number): string => `thumbnails/${String(at + 1).padStart(5, '0')}.jpg`

const clock = (seconds: number): string => {
  const ms = Math.round(seconds * 1_000)
  const two = (value: number): string => String(value).padStart(2, '0')
  const whole = Math.floor(ms / 1_000)
  return `${two(Math.floor(whole / 3_600))}:${two(Math.floor(whole / 60) % 60)}:${two(whole % 60)}.${String(ms % 1_000).padStart(3, '0')}`
}

/** A cue for each picture, with its place in its sheet as a media fragment (W3C Media Fragments URI 1.0, section 4.2.2), as players take it. */
export const thumbnailsVtt = ({ count, seconds, width, height, filmSeconds }: Thumbnails): string => {
  const cues = Array.from({ length: count }, (_, at) => {
    const place = at % (columns * rows)
    const [x, y] = [(place % columns) * width, Math.floor(place / columns) * height]
    const until = at === count - 1 ? Math.max(filmSeconds, (at + 1) * seconds) : (at + 1) * seconds
    return `${clock(at * seconds)} --> ${clock(until)}\n${sheetName(Math.floor(at / (columns * rows)))}#xywh=${x},${y},${width},${height}\n`
  })
  return ['WEBVTT\n', ...cues].join('\n')
}
