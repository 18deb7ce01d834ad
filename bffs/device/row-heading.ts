import type { SkeletonRow } from './skeleton.ts'

/** What stands above a row; null when it would name a title that this profile may not see. */
export const headingOf = ({ kind, genre, because }: SkeletonRow, nameOf: (id: string) => string | undefined): string | null => {
  if (kind === 'TOP_TEN') return 'Top 10'
  if (kind === 'PICKS') return 'Picked for you'
  if (kind === 'NEW') return 'New'
  if (kind === 'GENRE') return genre ?? null
  const name = because ? nameOf(because.id) : undefined
  return name === undefined ? null : `Because you watched ${name}`
}
