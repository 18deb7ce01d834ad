/**
 * Amounts are whole numbers of a currency's minor unit (ISO 4217). Rounding: the part of a price for a part of its period is
 * rounded to the nearest unit; what a change of plan costs is rounded up and what it gives back is rounded down, so that changes
 * to and fro give nobody anything; the tax within a price is rounded half up, and the rest is the net, so that both always add up
 * to the price.
 */
export type Split = { readonly netMinor: number; readonly taxMinor: number }

/** Value added tax by country, in hundredths of a percent; prices hold it already. Countries that are not named have none. */
const taxRates: Readonly<Record<string, number>> = {
  AT: 2000,
  BE: 2100,
  DE: 1900,
  ES: 2100,
  FR: 2000,
  GB: 2000,
  IE: 2300,
  IT: 2200,
  NL: 2100,
}
const whole = 10_000

/** Rounded half up, away from zero for amounts that are given back, so that a refund of a price mirrors it. */
const rounded = (value: number): number => Math.sign(value) * Math.round(Math.abs(value))

/** A price as net and tax. */
export const splitTax = (totalMinor: number, country: string): Split => {
  const rate = taxRates[country] ?? 0
  const taxMinor = rounded((totalMinor * rate) / (whole + rate)) + 0
  return { netMinor: totalMinor - taxMinor, taxMinor }
}

export type Proration = { readonly chargeMinor: number; readonly creditMinor: number; readonly totalMinor: number }

/** What a change of plan costs for the days that are left; negative when the member gets something back. */
export const prorate = (
  { fromMinor, toMinor }: { readonly fromMinor: number; readonly toMinor: number },
  { left, of }: { readonly left: number; readonly of: number },
): Proration => {
  const totalMinor = Math.ceil(((toMinor - fromMinor) * left) / of) + 0
  const creditMinor = Math.round((fromMinor * left) / of)
  return { chargeMinor: creditMinor + totalMinor, creditMinor, totalMinor }
}
