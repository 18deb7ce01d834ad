import { CinegraphError } from '../errors/errors.ts'

/** One rung of the ladder. `bitrateKbps` is a ceiling: what a simple picture does not need is not spent. */
export type LadderRung = { readonly height: number; readonly bitrateKbps: number }

const ladder: readonly LadderRung[] = [
  { height: 240, bitrateKbps: 400 },
  { height: 480, bitrateKbps: 1_400 },
  { height: 720, bitrateKbps: 2_800 },
  { height: 1080, bitrateKbps: 5_000 },
  { height: 2160, bitrateKbps: 14_000 },
]
export const audioKbps = 128

const even = (value: number): number => 2 * Math.round(value / 2)

/** Between rungs the bits follow the picture's area to the power 0.75 (the "power rule" of encoding practice). */
const bitrateFor = (height: number): number => Math.round(5_000 * (height / 1080) ** 1.5)

/** The rungs to make of a picture of `height` lines: those that do not enlarge it, and its own size when none comes near. */
export const ladderFor = (height: number): readonly LadderRung[] => {
  const fitting = ladder.filter((rung) => rung.height <= height)
  const top = fitting.at(-1)
  const own = top === undefined || top.height < height * 0.8 ? [{ height: even(height - 0.5), bitrateKbps: bitrateFor(height) }] : []
  return [...fitting, ...own]
}

/** The packager holds a rendition in memory, read from a file, which `readFile` takes below 2 GiB. */
export const renditionBytesMax = 2 ** 31 - 1

/** What a rendition has at most, when its bits are never more than its ceiling. */
export const renditionBytes = (durationMs: number, bitrateKbps: number): number => Math.ceil((durationMs * bitrateKbps) / 8)

const megabytes = (bytes: number): number => Math.floor(bytes / 1_048_576)
const minutes = (ms: number): number => Math.floor(ms / 60_000)

/**
 * Refuses a film of which a rendition could not be made, before anything is encoded. Without a height only the sound is
 * counted, which every stream has. Throws SOURCE_TOO_LARGE.
 */
export const checkRenditionsFit = ({ durationMs, height }: { readonly durationMs: number; readonly height?: number }): void => {
  const rungs = height === undefined ? [] : ladderFor(height)
  const bitrateKbps = Math.max(audioKbps, ...rungs.map((rung) => rung.bitrateKbps))
  if (renditionBytes(durationMs, bitrateKbps) <= renditionBytesMax) return
  const what = bitrateKbps === audioKbps ? 'its sound' : `its rendition of ${rungs.at(-1)?.height} lines`
  const longest = minutes((renditionBytesMax * 8) / bitrateKbps)
  throw new CinegraphError('SOURCE_TOO_LARGE', {
    why: `in ${minutes(durationMs)} minutes ${what} can reach ${megabytes(renditionBytes(durationMs, bitrateKbps))} MB, and ${megabytes(renditionBytesMax)} MB can be made`,
    advice: `Upload it in parts of up to ${longest} minutes`,
  })
}

/** Refuses a rendition that was made and is too large for the packager all the same. Throws SOURCE_TOO_LARGE. */
export const checkRenditionFits = (name: string, bytes: number): void => {
  if (bytes <= renditionBytesMax) return
  throw new CinegraphError('SOURCE_TOO_LARGE', {
    why: `its rendition ${name} has ${megabytes(bytes)} MB, and ${megabytes(renditionBytesMax)} MB can be made`,
    advice: 'Upload it in shorter parts',
  })
}
