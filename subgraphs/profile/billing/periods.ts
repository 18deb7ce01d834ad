const dayMs = 86_400_000
const monthsPerYear = 12

type Local = { readonly year: number; readonly month: number; readonly day: number; readonly msOfDay: number }

const formats = new Map<string, Intl.DateTimeFormat>()
const formatOf = (timeZone: string): Intl.DateTimeFormat => {
  const known = formats.get(timeZone)
  if (known !== undefined) return known
  const numeric = { year: 'numeric', month: 'numeric', day: 'numeric', hour: 'numeric', minute: 'numeric', second: 'numeric' } as const
  const made = new Intl.DateTimeFormat('en-US', { timeZone, hourCycle: 'h23', era: undefined, ...numeric })
  formats.set(timeZone, made)
  return made
}

/** How far a zone's clocks are ahead of UTC at an instant, in ms. */
const offsetMs = (at: number, timeZone: string): number => {
  const parts = Object.fromEntries(
    formatOf(timeZone)
      .formatToParts(at)
      .map(({ type, value }) => [type, Number(value)]),
  )
  const { year = 0, month = 1, day = 1, hour = 0, minute = 0, second = 0 } = parts
  return Date.UTC(year, month - 1, day, hour, minute, second) - Math.floor(at / 1000) * 1000
}

const localOf = (at: Date, timeZone: string): Local => {
  const local = at.getTime() + offsetMs(at.getTime(), timeZone)
  const date = new Date(local)
  const msOfDay = ((local % dayMs) + dayMs) % dayMs
  return { year: date.getUTCFullYear(), month: date.getUTCMonth(), day: date.getUTCDate(), msOfDay }
}

/** NOTE: a time that a zone's clocks pass over is the one an hour later, and of a time that they show twice it is the first or the second. */
const instantOf = ({ year, month, day, msOfDay }: Local, timeZone: string): Date => {
  const wanted = Date.UTC(year, month, day) + msOfDay
  const guess = wanted - offsetMs(wanted, timeZone)
  return new Date(wanted - offsetMs(guess, timeZone))
}

/**
 * The instant so many months after another, at the same local time of the same day; on the last day of a month that has no such
 * day. Months are counted from the first instant, so that the 31st comes back after a February.
 */
export const monthsAfter = (anchor: Date, months: number, timeZone: string): Date => {
  const local = localOf(anchor, timeZone)
  const count = local.year * monthsPerYear + local.month + months
  const [year, month] = [Math.floor(count / monthsPerYear), ((count % monthsPerYear) + monthsPerYear) % monthsPerYear]
  const lastDay = new Date(Date.UTC(year, month + 1, 0)).getUTCDate()
  return instantOf({ year, month, day: Math.min(local.day, lastDay), msOfDay: local.msOfDay }, timeZone)
}

export const daysAfter = (at: Date, days: number): Date => new Date(at.getTime() + days * dayMs)

export type Period = { readonly periodStart: Date; readonly periodEnd: Date }

/**
 * Days of a period that are left at an instant, and how many it has. The day that has begun is one of them where `withBegun`.
 */
export const daysLeft = (
  { periodStart, periodEnd }: Period,
  now: Date,
  { withBegun = false } = {},
): { readonly left: number; readonly of: number } => {
  const of = Math.max(1, Math.round((periodEnd.getTime() - periodStart.getTime()) / dayMs))
  const left = (withBegun ? Math.ceil : Math.floor)((periodEnd.getTime() - now.getTime()) / dayMs)
  return { left: Math.min(of, Math.max(0, left)), of }
}
