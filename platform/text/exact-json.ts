declare global {
  /** ECMA-262, `JSON.parse` with source text access and `JSON.rawJSON`, which the compiler's library does not know yet. */
  interface JSON {
    parse(text: string, reviver: (key: string, value: unknown, context: { readonly source?: string }) => unknown): unknown
    rawJSON(text: string): object
  }
}

/** An integer of so many digits may be none that a double has. Reviving is slow, so texts without one are read the plain way. */
const large = /[\s:,[-]\d{16}/

/** Whether a double holds the number that a text says; zeros at its ends mean nothing, unless it is an integer beyond 2⁵³. */
export const fitsDouble = (text: string): boolean => {
  const value = Number(text)
  if (isInteger.test(text)) return Number.isSafeInteger(value)
  return Number.isFinite(value) && digitsOf(String(value)) === digitsOf(text)
}

const isInteger = /^-?\d+$/

/** The digits of a number without its sign, point, exponent and outer zeros. */
const digitsOf = (text: string): string =>
  text
    .replace(/[eE].*$/, '')
    .replace(/[-+.]/g, '')
    .replace(/^0+|0+$/g, '')

/** A reviver for `JSON.parse`: integers that a double does not hold exactly become bigints. */
export const reviveExact = (_key: string, value: unknown, { source = '' }: { readonly source?: string } = {}): unknown =>
  typeof value === 'number' && !Number.isSafeInteger(value) && isInteger.test(source) ? BigInt(source) : value

/** A replacer for `JSON.stringify`: a bigint is written as a number (RFC 8259, section 6). */
export const replaceExact = (_key: string, value: unknown): unknown => (typeof value === 'bigint' ? JSON.rawJSON(String(value)) : value)

/** Whether reading a JSON text the plain way may round one of its integers. */
export const mayHaveLarge = (text: string): boolean => large.test(text)

/** JSON text as a value in which integers beyond 2⁵³ are bigints, so that none is rounded. Throws a SyntaxError. */
export const parseExact = (text: string): unknown => (mayHaveLarge(text) ? JSON.parse(text, reviveExact) : JSON.parse(text))

/** The JSON text of a value that can hold bigints. */
export const stringifyExact = (value: unknown): string => {
  try {
    return JSON.stringify(value)
  } catch (error) {
    if (error instanceof TypeError) return JSON.stringify(value, replaceExact)
    throw error
  }
}
