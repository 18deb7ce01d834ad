import { type GraphQLOutputType, getNamedType, isListType, isNonNullType, isObjectType, isScalarType } from 'graphql'
import { stringifyExact } from '#platform/text/exact-json.ts'
import type { Tree } from '../tree.ts'
import { leafFits, leafValue, misfit } from './leaf.ts'
import { type Output, type Piece, pieceOf, tooLarge } from './output.ts'
import type { FieldPlan, Selection } from './selection.ts'

/** Where values that stand at more than one place were written first, by what is asked of them. */
type Writing = {
  readonly output: Output
  readonly shared: ReadonlySet<object>
  readonly places: Map<Write, Map<object, Place>>
  readonly rowsMax: number
  /** Items of lists that may still be written. */
  rowsLeft: number
}
type Place = { readonly start: number; readonly end: number }
type Write = (value: unknown, writing: Writing) => void

export type WriteData = (root: Tree, shared: ReadonlySet<object>, to: { readonly output: Output; readonly rowsMax: number }) => void

/**
 * Compiles a selection into a function that writes the JSON text of `data`. It throws `misfit` where null would have to move
 * up, and ANSWER_TOO_LARGE.
 */
export const compileWriter = (selection: Selection): WriteData => {
  const write = objectWriter(selection)
  return (root, shared, { output, rowsMax }) => write(root, { output, shared, places: new Map(), rowsMax, rowsLeft: rowsMax })
}

const objectWriter = (selection: Selection): Write => {
  if (isObjectType(selection.type)) {
    const { name } = selection.type
    let only: Write | undefined
    return (value, writing) => {
      only ??= compileFields(selection.fieldsOf(name))
      only(value, writing)
    }
  }
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
    ;(writers.get(typename) ?? writerOf(typename))(value, writing)
  }
}

/** One program for all fields, so that property reads are inlined. */
const compileFields = (fields: readonly FieldPlan[]): Write => {
  const writers = fields.map(fieldWriter)
  const heads = fields.map(({ key }, index) => pieceOf(`${index === 0 ? '{' : ','}${JSON.stringify(key)}:`))
  const parts = fields.map((field, index) => `t.piece(h${index});v=${readOf(field.stored)};${quickly(field)}w${index}(v,s);`)
  const names = fields.flatMap((_field, index) => [`w${index}`, `h${index}`])
  // NOTE: response keys enter the program only as JSON strings, which are JavaScript string literals.
  const make = new Function(...names, 'end', `return (o,s)=>{const t=s.output;let v;${parts.join('')}t.piece(end)}`)
  return make(...writers.flatMap((write, index) => [write, heads[index]]), fields.length === 0 ? emptyObject : objectEnd) as Write
}

/** NOTE: some names are those of what every JavaScript object has; see `valueAt`. */
const readOf = (key: string): string => {
  const name = JSON.stringify(key)
  return key in Object.prototype ? `(typeof o[${name}]==='function'?undefined:o[${name}])` : `o[${name}]`
}

/** What most leaves are is written on the spot; the writer is for the rest. */
const quickly = ({ type, isDenied, constant }: FieldPlan): string => {
  const inner = isNonNullType(type) ? type.ofType : type
  if (isDenied || constant !== undefined || !isScalarType(inner)) return ''
  return quick[inner.name] ?? 'if(!t.scalar(v))'
}

const text = "if(typeof v==='string')t.string(v);else "
const quick: Readonly<Record<string, string>> = {
  ID: text,
  String: text,
  Int: "if(typeof v==='number'&&(v|0)===v)t.scalar(v);else ",
  Float: "if(typeof v!=='number'||!t.scalar(v))",
  Boolean: "if(typeof v==='boolean')t.scalar(v);else ",
}

const fieldWriter = (field: FieldPlan): Write => {
  if (field.constant !== undefined) {
    const text = pieceOf(JSON.stringify(field.constant))
    return (_value, { output }) => output.piece(text)
  }
  if (field.isDenied) return refuse
  if (field.type === undefined)
    return (value, { output }) => (typeof value === 'string' ? output.string(value) : output.raw(JSON.stringify(value) ?? refuse()))
  const write = typeWriter(field.type, field.selection)
  return field.selection === undefined ? write : onceIfShared(write)
}

const onceIfShared = (write: Write): Write => {
  const once: Write = (value, writing) => {
    const { output, shared, places } = writing
    if (typeof value !== 'object' || value === null || !shared.has(value)) return write(value, writing)
    let known = places.get(once)
    if (known === undefined) {
      known = new Map()
      places.set(once, known)
    }
    const place = known.get(value)
    if (place !== undefined) return output.again(place.start, place.end)
    const start = output.length
    write(value, writing)
    known.set(value, { start, end: output.length })
  }
  return (value, writing) => (writing.shared.size === 0 ? write(value, writing) : once(value, writing))
}

const refuse = (): never => {
  throw misfit
}

const typeWriter = (type: GraphQLOutputType, selection: Selection | undefined): Write => {
  if (isNonNullType(type)) return presentWriter(type.ofType, selection)
  const write = presentWriter(type, selection)
  // NOTE: what nobody answered is undefined; only shaping says so.
  return (value, writing) => (value === null ? writing.output.piece(nullText) : write(value, writing))
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
    const { output } = writing
    writing.rowsLeft -= value.length
    if (writing.rowsLeft < 0) throw tooLarge('objects', writing.rowsMax)
    for (let index = 0; index < value.length; index += 1) {
      output.piece(index === 0 ? listStart : comma)
      writeItem(value[index], writing)
    }
    output.piece(value.length === 0 ? emptyList : listEnd)
  }

const leafWriter = (type: GraphQLOutputType): Write => {
  const named = getNamedType(type)
  const fits = leafFits(named)
  return (value, { output }) => {
    if (value === null || value === undefined || !fits(value)) throw misfit
    const shown = leafValue(named, value)
    if (!output.scalar(shown)) output.raw(stringifyExact(shown))
  }
}

const [emptyObject, objectEnd, emptyList, listStart, listEnd, comma] = ['{}', '}', '[]', '[', ']', ','].map(pieceOf) as [
  Piece,
  Piece,
  Piece,
  Piece,
  Piece,
  Piece,
]
const nullText = pieceOf('null')
