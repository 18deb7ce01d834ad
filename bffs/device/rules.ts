import type { Viewer } from '#platform/contracts/viewer.ts'
import type { Ruled } from './hydrate.ts'

/** The third step of a screen, and the only place that hides a title: what this profile may see, where it is. */
export const applyRules = <T extends Ruled>(
  titles: ReadonlyMap<string, T>,
  { maturityLimit }: Pick<Viewer, 'maturityLimit'>,
): ReadonlyMap<string, T> => new Map([...titles].filter(([, title]) => title.available && title.maturity <= maturityLimit))

/** Those of the ids that are left, in order. */
export const pick = <T>(titles: ReadonlyMap<string, T>, ids: readonly string[]): readonly T[] =>
  ids.map((id) => titles.get(id)).filter((title) => title !== undefined)
