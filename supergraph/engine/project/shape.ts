import { type GraphQLOutputType, getNamedType, isEnumType, isListType, isNonNullType } from 'graphql'
import { errorTable } from '#platform/errors/errors.ts'
import type { GraphqlError } from '#platform/graphql/execute.ts'
import { denial } from '../operation/access.ts'
import { isTree, type Tree, valueAt } from '../tree.ts'
import { leafFits, leafValue } from './leaf.ts'
import { tooLarge } from './output.ts'
import type { FieldPlan, Selection } from './selection.ts'

type Path = { readonly above: Path | undefined; readonly key: string | number }
type Shaping = {
  readonly errors: GraphqlError[]
  readonly rowsMax: number
  rows: number
  readonly isKnown: (path: readonly (string | number)[]) => boolean
}
type At = { readonly path: Path | undefined; readonly shaping: Shaping; readonly field: FieldPlan }

/** Stands for a null that has to move up to the nearest place that may be null. */
const moved: unique symbol = Symbol('moved')

/**
 * `data` as a value, with nulls where they belong and an error for each null that no subgraph explained:
 * https://spec.graphql.org/October2021/#sec-Handling-Field-Errors. Throws ANSWER_TOO_LARGE.
 */
export const shapeAnswer = (
  selection: Selection,
  root: Tree,
  { known, rowsMax = Infinity }: { readonly known: readonly GraphqlError[]; readonly rowsMax?: number },
): { readonly data: Tree | null; readonly errors: readonly GraphqlError[] } => {
  // NOTE: an error of the whole, with or without a path, explains every null in it.
  const places = known.map(({ path }) => (path === undefined || path.length === 0 ? undefined : path.join('\0')))
  const isKnown = (path: readonly (string | number)[]): boolean => {
    const here = path.join('\0')
    return places.some((place) => place === undefined || place === here || place.startsWith(`${here}\0`) || here.startsWith(`${place}\0`))
  }
  const shaping: Shaping = { errors: [], isKnown, rows: 0, rowsMax }
  const data = shapeObject(root, selection, { path: undefined, shaping })
  return { data: data === moved ? null : (data as Tree), errors: [...known, ...shaping.errors] }
}

const shapeObject = (value: Tree, selection: Selection, at: Omit<At, 'field'>): unknown => {
  const name = selection.typeNameOf(value.__typename)
  if (name === undefined) return moved
  const object: Tree = {}
  for (const field of selection.fieldsOf(name)) {
    const path = { above: at.path, key: field.key }
    const shaped =
      field.type === undefined
        ? (field.constant ?? valueAt(value, field.stored))
        : shapeType(valueAt(value, field.stored), field.type, { path, shaping: at.shaping, field })
    if (shaped === moved) return moved
    put(object, field.key, shaped ?? null)
  }
  return object
}

/** NOTE: assigning to this name would set the prototype. */
const put = (object: Tree, key: string, value: unknown): void => {
  if (key === '__proto__') Object.defineProperty(object, key, { value, enumerable: true, configurable: true, writable: true })
  else object[key] = value
}

const shapeType = (value: unknown, type: GraphQLOutputType, at: At): unknown => {
  if (at.field.isDenied) return deny(at, type)
  if (isNonNullType(type)) {
    if (value === null || value === undefined) return refuse(at, `Cannot return null for non-nullable field ${nameOf(at.field)}.`)
    return shapePresent(value, type.ofType, at)
  }
  if (value === undefined) return unanswered(at)
  if (value === null) return null
  const shaped = shapePresent(value, type, at)
  return shaped === moved ? null : shaped
}

const shapePresent = (value: unknown, type: GraphQLOutputType, at: At): unknown => {
  if (isListType(type)) return shapeList(value, type.ofType, at)
  const { selection } = at.field
  if (selection !== undefined) {
    if (!isTree(value)) return refuse(at, `Expected an object for field ${nameOf(at.field)}.`)
    if (selection.typeNameOf(value.__typename) === undefined)
      return refuse(at, `Field ${nameOf(at.field)} has a value of a type that is not part of it.`)
    return shapeObject(value, selection, at)
  }
  const named = getNamedType(type)
  return leafFits(named)(value)
    ? leafValue(named, value)
    : refuse(at, `${isEnumType(named) ? 'Enum' : 'Scalar'} "${named.name}" cannot represent the value of field ${nameOf(at.field)}.`)
}

const shapeList = (value: unknown, type: GraphQLOutputType, at: At): unknown => {
  if (!Array.isArray(value)) return refuse(at, `Expected a list for field ${nameOf(at.field)}.`)
  at.shaping.rows += value.length
  if (at.shaping.rows > at.shaping.rowsMax) throw tooLarge('objects', at.shaping.rowsMax)
  const items: unknown[] = []
  for (const [index, item] of value.entries()) {
    const shaped = shapeType(item, type, { ...at, path: { above: at.path, key: index } })
    if (shaped === moved) return moved
    items.push(shaped)
  }
  return items
}

const deny = ({ path, shaping, field }: At, type: GraphQLOutputType): unknown => {
  shaping.errors.push({ ...denial(nameOf(field)), path: keysOf(path) })
  return isNonNullType(type) ? moved : null
}

/** Nobody answered: no subgraph was asked for it, could be asked, or said anything of it. */
const unanswered = (at: At): null => {
  refuse(at, `No service answered for field ${nameOf(at.field)}.`)
  return null
}

const nameOf = ({ parent, name }: FieldPlan): string => `${parent}.${name}`

const refuse = ({ path, shaping }: At, message: string): typeof moved => {
  const keys = keysOf(path)
  if (!shaping.isKnown(keys)) shaping.errors.push({ message, path: keys, extensions: { code: errorTable.SUBGRAPH_ERROR.graphql } })
  return moved
}

const keysOf = (path: Path | undefined): readonly (string | number)[] => {
  const keys: (string | number)[] = []
  for (let at = path; at !== undefined; at = at.above) keys.unshift(at.key)
  return keys
}
