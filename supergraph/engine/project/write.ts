import { type GraphQLOutputType, getNamedType, isListType, isNonNullType } from 'graphql'
import type { Tree } from '../tree.ts'
import { leafFits, leafValue, misfit, quote } from './leaf.ts'
import type { FieldPlan, Selection } from './selection.ts'

/** Texts of values that stand at more than one place, by what is asked of them. */
type Writing = { readonly shared: ReadonlySet<object>; readonly texts: Map<Write, Map<object, string>> }
type Write = (value: unknown, writing: Writing) => string

/** Compiles a selection into a function that gives the JSON text of `data`. It throws `misfit` where null would have to move up. */
export const compileWriter = (selection: Selection): ((root: Tree, shared: ReadonlySet<object>) => string) => {
  const write = objectWriter(selection)
  return (root, shared) => write(root, { shared, texts: new Map() })
}

const objectWriter = (selection: Selection): Write => {
  const writers = new Map<unknown, Write>()
  const writerOf = (typename: unknown): Write => {
    const name = selection.typeNameOf(typename)
    if (name === undefined) throw misfit
    const writer = compileFields(selection.fieldsOf(name))
    writers.set(typename, writer)
    return writer
  }
  return (value, writing) => {
    const typename = (value as Tree).__typename
    return (writers.get(typename) ?? writerOf(typename))(value, writing)
  }
}

/** One expression for all fields, so that property reads and literals are inlined. */
const compileFields = (fields: readonly FieldPlan[]): Write => {
  const writers = fields.map(fieldWriter)
  const parts = fields.map(
    ({ key }, index) => `${JSON.stringify(`${index === 0 ? '{' : ','}${JSON.stringify(key)}:`)}+w${index}(o[${JSON.stringify(key)}],s)`,
  )
  const names = fields.map((_field, index) => `w${index}`)
  // NOTE: response keys enter the program only as JSON strings, which are JavaScript string literals.
  const make = new Function(...names, `return (o,s)=>${parts.length === 0 ? '"{"' : parts.join('+')}+"}"`)
  return make(...writers) as Write
}

const fieldWriter = (field: FieldPlan): Write => {
  if (field.constant !== undefined) {
    const text = quote(field.constant)
    return () => text
  }
  if (field.isDenied) return refuse
  if (field.type === undefined) return (value) => (typeof value === 'string' ? quote(value) : (JSON.stringify(value) ?? refuse()))
  const write = typeWriter(field.type, field.selection)
  return field.selection === undefined ? write : onceIfShared(write)
}

const onceIfShared = (write: Write): Write => {
  const once: Write = (value, writing) => {
    if (typeof value !== 'object' || value === null || !writing.shared.has(value)) return write(value, writing)
    let texts = writing.texts.get(once)
    if (texts === undefined) {
      texts = new Map()
      writing.texts.set(once, texts)
    }
    const known = texts.get(value)
    if (known !== undefined) return known
    const text = write(value, writing)
    texts.set(value, text)
    return text
  }
  return (value, writing) => (writing.shared.size === 0 ? write(value, writing) : once(value, writing))
}

const refuse = (): never => {
  throw misfit
}

const typeWriter = (type: GraphQLOutputType, selection: Selection | undefined): Write => {
  if (isNonNullType(type)) return presentWriter(type.ofType, selection)
  const write = presentWriter(type, selection)
  return (value, writing) => (value === null || value === undefined ? 'null' : write(value, writing))
}

const presentWriter = (type: GraphQLOutputType, selection: Selection | undefined): Write => {
  if (isListType(type)) return listWriter(typeWriter(type.ofType, selection))
  if (selection === undefined) return leafWriter(type)
  const write = objectWriter(selection)
  return (value, writing) => (typeof value === 'object' && value !== null && !Array.isArray(value) ? write(value, writing) : refuse())
}

const listWriter =
  (writeItem: Write): Write =>
  (value, writing) => {
    if (!Array.isArray(value)) throw misfit
    if (value.length === 0) return '[]'
    let text = `[${writeItem(value[0], writing)}`
    for (let index = 1; index < value.length; index += 1) text += `,${writeItem(value[index], writing)}`
    return `${text}]`
  }

const leafWriter = (type: GraphQLOutputType): Write => {
  const named = getNamedType(type)
  const fits = leafFits(named)
  return (value) => {
    if (value === null || value === undefined || !fits(value)) throw misfit
    if (typeof value === 'string') return quote(value)
    return JSON.stringify(leafValue(named, value))
  }
}
