import type { Codec } from '#platform/ports/cache.ts'

const decoder = new TextDecoder()

/**
 * Values as JSON (RFC 8259); for values that JSON gives back as they were: no dates, maps or undefined. `shape` is a text that changes
 * with the form of the values, such as the operation that selects them.
 */
export const jsonCodec = <T>(shape: string): Codec<T> => ({
  shape,
  encode: (value) => Buffer.from(JSON.stringify(value)),
  decode: (bytes) => JSON.parse(bytes instanceof Buffer ? bytes.toString() : decoder.decode(bytes)) as T,
})
