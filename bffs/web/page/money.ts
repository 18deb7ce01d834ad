/** An amount in a currency's minor unit (ISO 4217), as the browser's language writes it. */
export const money = (minor: number, currency: string): string => {
  const format = new Intl.NumberFormat(undefined, { style: 'currency', currency })
  return format.format(minor / 10 ** (format.resolvedOptions().maximumFractionDigits ?? 2))
}
