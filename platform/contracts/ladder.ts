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

/** A film may last so long: what is made of it is bounded, whatever a small file says of its length. */
export const filmHoursMax = 24

/** Refuses a film that is longer than any, before anything is encoded. Throws SOURCE_TOO_LARGE. */
export const checkFilmLength = (durationMs: number): void => {
  const hours = durationMs / 3_600_000
  if (hours <= filmHoursMax) return
  throw new CinegraphError('SOURCE_TOO_LARGE', {
    why: `it lasts ${hours.toFixed(1)} hours, and at most ${filmHoursMax} are taken`,
    advice: 'Upload it in parts',
  })
}
