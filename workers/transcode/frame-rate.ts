const standardRates = [24_000 / 1_001, 24, 25, 30_000 / 1_001, 30, 48, 50, 60_000 / 1_001, 60, 100, 120_000 / 1_001, 120, 240] as const
const rateMax = 60
/** Below so many frames a second each frame is shown several times, so that there is one to begin every segment with. */
const rateMin = 1
const slowRate = 5

const near = (value: number, other: number, share: number): boolean => Math.abs(value - other) <= other * share
const mean = (values: readonly number[]): number => values.reduce((sum, each) => sum + each, 0) / values.length

/**
 * The constant rate that shows every frame when it is due: the source's own where that is constant, however coarsely its
 * container writes times down, else the rate of its fastest part. From the instants of the frames, in seconds and in order;
 * `declared` are rates that the container names. Above 60 it is divided.
 */
export const frameRateOf = (instants: readonly number[], declared: readonly number[]): number => {
  const steps = instants.slice(1).map((instant, at) => instant - (instants[at] ?? 0))
  const usable = steps.filter((step) => step > 0.001).toSorted((one, other) => one - other)
  if (usable.length === 0) return steady(declared[0] ?? 25)
  const middle = usable[Math.floor(usable.length / 2)] ?? 0.04
  const usual = usable.filter((step) => near(step, middle, 0.2))
  if (usual.length >= usable.length * 0.9) return steady(snapped(1 / mean(usual), declared, 0.003))
  const short = usable[Math.floor(usable.length * 0.02)] ?? middle
  return steady(
    snapped(
      1 / mean(usable.filter((step) => near(step, short, 0.2))),
      declared.filter((rate) => rate > 1 / middle),
      0.03,
    ),
  )
}

/** The nearest of the rates that are usual or named, if one is near enough: times that are rounded do not make a rate of their own. */
const snapped = (measured: number, declared: readonly number[], share: number): number => {
  const [best] = [...declared, ...standardRates]
    .filter((rate) => near(measured, rate, share))
    .toSorted((one, other) => Math.abs(one - measured) - Math.abs(other - measured))
  return best ?? Math.round(measured * 1_000) / 1_000
}

/** A multiple of a slow rate or a part of a fast one, so that every frame, or every second one, keeps its instant. */
const steady = (rate: number): number => {
  if (rate < rateMin) return rate * Math.ceil(slowRate / rate)
  return rate / Math.ceil(rate / (rateMax * 1.001))
}

/** A rate as a fraction of whole numbers, as encoders and manifests want it. */
export const rateText = (rate: number): string => {
  const isWhole = (value: number): boolean => Math.abs(value - Math.round(value)) < 1e-6
  if (isWhole(rate)) return String(Math.round(rate))
  return isWhole(rate * 1.001) ? `${Math.round(rate * 1.001) * 1_000}/1001` : `${Math.round(rate * 1_000)}/1000`
}
