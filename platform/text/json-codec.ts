import type { Codec } from '#platform/ports/cache.ts'

const [encoder, decoder] = [new TextEncoder(), new TextDecoder()]

/**
 * Values as JSON (RFC 8259); for values that JSON gives back as they were: no dates, maps or undefined. `shape` is a text that changes
 * with the form of the values, such as the operation that selects them.
 */
export const jsonCodec = <T>(shape: string): Codec<T> => ({
  shape,
  encode: (value) => encoder.encode(JSON.stringify(value)),
  decode: (bytes) => JSON.parse(decoder.decode(bytes)) as T,
})
