import type { Availability } from './store.ts'

/** Whether a title may be shown in a region at an instant. A region's own row counts before the row for everywhere. */
export const isAvailable = (rows: readonly Availability[], region: string, at: Date): boolean => {
  const row = rows.find((each) => each.region === region) ?? rows.find((each) => each.region === '*')
  return row !== undefined && row.startsAt <= at && (row.endsAt === null || at < row.endsAt)
}
