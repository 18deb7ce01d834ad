import { isDeepStrictEqual } from 'node:util'
import { z } from 'zod'

/** The part of JSON Schema (2020-12) that is compared. What else a schema says must stay as it is. */
export const PayloadSchema = z.looseObject({
  type: z.string().optional(),
  enum: z.array(z.unknown()).optional(),
  const: z.unknown().optional(),
  get properties() {
    return z.record(z.string(), PayloadSchema).optional()
  },
  required: z.array(z.string()).optional(),
  get additionalProperties() {
    return z.union([z.boolean(), PayloadSchema]).optional()
  },
  get items() {
    return PayloadSchema.optional()
  },
  get anyOf() {
    return z.array(PayloadSchema).optional()
  },
  get oneOf() {
    return z.array(PayloadSchema).optional()
  },
})
export type PayloadSchema = z.infer<typeof PayloadSchema>

/** What a payload looks like on its way, before it is parsed. Checks that JSON Schema has no word for are left out. */
export const payloadSchema = (schema: z.ZodType): PayloadSchema =>
  PayloadSchema.parse(JSON.parse(JSON.stringify(z.toJSONSchema(schema, { io: 'input', unrepresentable: 'any' }))))

const compared = ['type', 'enum', 'const', 'properties', 'required', 'additionalProperties', 'items', 'anyOf', 'oneOf']
const [atLeast, atMost] = [
  ['minimum', 'exclusiveMinimum', 'minLength', 'minItems'],
  ['maximum', 'exclusiveMaximum', 'maxLength', 'maxItems'],
]
const silent = ['$schema', 'description', 'title', 'default']

const valuesOf = (schema: PayloadSchema): readonly unknown[] | undefined => schema.enum ?? ('const' in schema ? [schema.const] : undefined)
const shown = (value: unknown): string => `\`${JSON.stringify(value)}\``
const named = (at: string): string => (at === '' ? 'the payload' : `\`${at}\``)

/**
 * What a reader of one schema may meet in payloads of another that it does not take, one sentence each; none when it takes them all. A
 * reader leaves out properties that it does not know. What cannot be compared counts as not taken.
 */
export const notTaken = (reader: PayloadSchema, writer: PayloadSchema, at = ''): readonly string[] => {
  if (isDeepStrictEqual(reader, writer)) return []
  const written = writer.anyOf ?? writer.oneOf
  if (written !== undefined) return written.flatMap((each) => notTaken(reader, each, at))
  const read = reader.anyOf ?? reader.oneOf
  if (read !== undefined) return notTakenByAny(read, writer, at)
  return [
    ...ofValues(reader, writer, at),
    ...ofBounds(reader, writer, at),
    ...ofObjects(reader, writer, at),
    ...ofItems(reader, writer, at),
  ]
}

const notTakenByAny = (read: readonly PayloadSchema[], writer: PayloadSchema, at: string): readonly string[] => {
  const faults = read.map((each) => notTaken(each, writer, at))
  if (faults.some((each) => each.length === 0)) return []
  const fewest = faults.toSorted((a, b) => a.length - b.length)[0]
  return fewest ?? [`${named(at)} is never taken`]
}

const ofValues = (reader: PayloadSchema, writer: PayloadSchema, at: string): readonly string[] => {
  const isNumber = reader.type === 'number' && writer.type === 'integer'
  if (reader.type !== undefined && reader.type !== writer.type && !isNumber)
    return [`${named(at)} may be of type ${writer.type ?? 'any'}, not ${reader.type}`]
  const [known, may] = [valuesOf(reader), valuesOf(writer)]
  if (known === undefined) return []
  if (may === undefined) return [`${named(at)} may be other than ${known.map(shown).join(', ')}`]
  return may.filter((value) => !known.includes(value)).map((value) => `${named(at)} may be ${shown(value)}`)
}

/** Bounds, and every other word of the reader's schema. Values that are listed have no bounds: they are compared one by one. */
const ofBounds = (reader: PayloadSchema, writer: PayloadSchema, at: string): readonly string[] =>
  Object.entries(reader).flatMap(([word, wanted]) => {
    const has = writer[word]
    if (compared.includes(word) || silent.includes(word) || isDeepStrictEqual(wanted, has)) return []
    const isInside =
      typeof wanted === 'number' &&
      typeof has === 'number' &&
      ((atLeast.includes(word) && has >= wanted) || (atMost.includes(word) && has <= wanted))
    return isInside ? [] : [`${named(at)} may break ${word} ${shown(wanted)}`]
  })

const ofObjects = (reader: PayloadSchema, writer: PayloadSchema, at: string): readonly string[] => {
  const inside = (name: string): string => (at === '' ? name : `${at}.${name}`)
  const missing = (reader.required ?? []).filter((name) => !(writer.required ?? []).includes(name))
  const open = reader.additionalProperties
  const properties = Object.entries(writer.properties ?? {}).flatMap(([name, value]) => {
    const wanted = reader.properties?.[name]
    if (wanted !== undefined) return notTaken(wanted, value, inside(name))
    if (open === false) return [`${named(inside(name))} may be there`]
    return typeof open === 'object' ? notTaken(open, value, inside(name)) : []
  })
  const rest =
    typeof open !== 'object'
      ? []
      : notTaken(open, typeof writer.additionalProperties === 'object' ? writer.additionalProperties : {}, inside('*'))
  return [...missing.map((name) => `${named(inside(name))} may be missing`), ...properties, ...rest]
}

const ofItems = (reader: PayloadSchema, writer: PayloadSchema, at: string): readonly string[] =>
  reader.items === undefined ? [] : notTaken(reader.items, writer.items ?? {}, `${at}[]`)
