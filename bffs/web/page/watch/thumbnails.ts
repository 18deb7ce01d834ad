import { useEffect, useState } from 'preact/hooks'

/** A small picture of the film: from when on it stands, and where it is in its sheet. Times are seconds. */
export type Thumbnail = {
  readonly from: number
  readonly sheet: string
  readonly x: number
  readonly y: number
  readonly width: number
  readonly height: number
}

const cue = /^((?:\d+:)?\d+:\d+\.\d+) --> .*\n(\S+)#xywh=(\d+),(\d+),(\d+),(\d+)$/gm
const secondsOf = (clock: string): number => clock.split(':').reduce((total, part) => total * 60 + Number(part), 0)

/** The cues of a WebVTT of pictures, in their order; what is no such cue is passed over. `address` is where it came from. */
export const readThumbnails = (vtt: string, address: string): readonly Thumbnail[] =>
  [...vtt.replaceAll('\r\n', '\n').matchAll(cue)].map(([, from = '', sheet = '', ...place]) => {
    const [x = 0, y = 0, width = 0, height = 0] = place.map(Number)
    return { from: secondsOf(from), sheet: new URL(sheet, address).href, x, y, width, height }
  })

/** The picture that stands at an instant; undefined where there is none. */
export const thumbnailAt = (thumbnails: readonly Thumbnail[], seconds: number): Thumbnail | undefined =>
  thumbnails.findLast(({ from }) => from <= seconds)

/** The pictures at an address, none until they have come and where there are none. */
export const useThumbnails = (address: string): readonly Thumbnail[] => {
  const [thumbnails, setThumbnails] = useState<readonly Thumbnail[]>([])
  useEffect(() => {
    const off = new AbortController()
    const load = async (): Promise<void> => {
      const response = await fetch(address, { signal: off.signal })
      if (response.ok) setThumbnails(readThumbnails(await response.text(), address))
    }
    setThumbnails([])
    if (address !== '') load().catch(() => undefined)
    return () => off.abort()
  }, [address])
  return thumbnails
}
