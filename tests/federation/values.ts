import { type Field, innermost, isLeaf, type Model, type Required, type TypeRef } from './model.ts'

/** An object as every resolver sees it: the type and identity decide all its values. */
export type Source = { readonly __typename: string; readonly id: string; readonly representation?: Readonly<Record<string, unknown>> }

/** FNV-1a, 32 bits. */
const hash = (text: string): number => {
  let value = 0x811c9dc5
  for (let index = 0; index < text.length; index += 1) value = Math.imul(value ^ text.charCodeAt(index), 0x01000193)
  value = Math.imul(value ^ (value >>> 15), 0x2c1b3c6d)
  return (value ^ (value >>> 13)) >>> 0
}

const instances = 3
export const codeOf = (id: string): string => `c-${id}`
export const idOfCode = (code: string): string => code.slice(2)
export const typeOfId = (id: string): string => id.split('-')[0] ?? ''

const leafOf = (name: string, seed: string): unknown => {
  const number = hash(seed)
  if (name === 'Int') return (number % 2_000) - 1_000
  if (name === 'Float') return (number % 1_000) / 8
  if (name === 'Boolean') return number % 2 === 0
  if (name === 'Color') return ['RED', 'GREEN', 'BLUE'][number % 3]
  return name === 'ID' ? `id${number % 50}` : ['plain', 'a "quote"', 'line\nbreak', 'Zürich', '🎬', ''][number % 6]
}

const membersOf = (model: Model, name: string): readonly string[] =>
  name === 'Face' || name === 'Any' ? model.faces : name === 'Thing' ? (model.things?.members ?? []) : [name]

/** The value of a type, the same whoever asks with the same seed. */
const make = (model: Model, type: TypeRef, seed: string): unknown => {
  if (type.kind === 'nonNull') return present(model, type.of, seed)
  return hash(`${seed}?`) % 6 === 0 ? null : present(model, type, seed)
}

const present = (model: Model, type: TypeRef, seed: string): unknown => {
  if (type.kind !== 'named') {
    if (type.kind === 'nonNull') return present(model, type.of, seed)
    return Array.from({ length: hash(`${seed}#`) % 4 }, (_, index) => make(model, type.of, `${seed}/${index}`))
  }
  if (isLeaf(type.name)) return leafOf(type.name, seed)
  if (type.name === 'V') return { __typename: 'V', id: seed }
  const members = membersOf(model, type.name)
  const member = members[hash(`${seed}!`) % members.length] ?? ''
  return { __typename: member, id: `${member}-${hash(seed) % instances}` }
}

/** What a field gives for an object. Throws where the model injects an error. */
export const fieldValue = (model: Model, field: Field, { id, x }: { readonly id: string; readonly x: number | undefined }): unknown => {
  const seed = `${field.declaredOn}.${field.name}(${field.hasArgument ? (x ?? '') : ''})@${id}`
  if (field.canFail && hash(`${seed}fail`) % 5 === 0) throw new Error(`broken: ${seed}`)
  return make(model, field.type, seed)
}

/** The text that a field with `@requires` computes from the values it got. */
export const computed = (field: Field, values: Readonly<Record<string, unknown>>, x: number | undefined): string =>
  `${field.name}(${field.hasArgument ? (x ?? '') : ''})=${JSON.stringify((field.requires ?? []).map(({ name }) => values[name] ?? null))}`

/** The values that a `@requires` names, as a representation would carry them. */
export const requiredValues = (model: Model, fields: readonly Field[], required: readonly Required[], id: string) =>
  Object.fromEntries(
    required.map(({ name, x, nested }) => {
      const field = fields.find((other) => other.name === name)
      if (field === undefined) throw new TypeError(`No field ${name}`)
      const value = fieldValue(model, field, { id, x })
      return [name, nested === undefined ? value : pick(model, value, nested)]
    }),
  )

const pick = (model: Model, value: unknown, names: readonly string[]): unknown => {
  if (Array.isArray(value)) return value.map((item) => pick(model, item, names))
  if (value === null) return null
  const { id } = value as Source
  return Object.fromEntries(
    model.valueFields
      .filter(({ name }) => names.includes(name))
      .map((field) => [field.name, fieldValue(model, field, { id, x: undefined })]),
  )
}

export const targetsOf = (model: Model, type: TypeRef): readonly string[] => membersOf(model, innermost(type))
