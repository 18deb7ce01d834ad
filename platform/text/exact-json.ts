declare global {
  /** ECMA-262, `JSON.parse` with source text access and `JSON.rawJSON`, which the compiler's library does not know yet. */
  interface JSON {
    parse(text: string, reviver: (key: string, value: unknown, context: { readonly source?: string }) => unknown): unknown
    rawJSON(text: string): object
  }
}

/** An integer of so many digits may be none that a double has. Reviving is slow, so texts without one are read the plain way. */
const mayHaveLarge = /[\s:,[-]\d{16}/

/** A reviver for `JSON.parse`: integers that a double does not hold exactly become bigints. */
export const reviveExact = (_key: string, value: unknown, { source = '' }: { readonly source?: string } = {}): unknown =>
  typeof value === 'number' && !Number.isSafeInteger(value) && /^-?\d+$/.test(source) ? BigInt(source) : value

/** A replacer for `JSON.stringify`: a bigint is written as a number (RFC 8259, section 6). */
export const replaceExact = (_key: string, value: unknown): unknown => (typeof value === 'bigint' ? JSON.rawJSON(String(value)) : value)

/** JSON text as a value in which integers beyond 2⁵³ are bigints, so that none is rounded. Throws a SyntaxError. */
export const parseExact = (text: string): unknown => (mayHaveLarge.test(text) ? JSON.parse(text, reviveExact) : JSON.parse(text))

/** The JSON text of a value that can hold bigints. */
export const stringifyExact = (value: unknown): string => {
  try {
    return JSON.stringify(value)
  } catch (error) {
    if (error instanceof TypeError) return JSON.stringify(value, replaceExact)
    throw error
  }
}
