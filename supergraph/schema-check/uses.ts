import { type ASTNode, type GraphQLSchema, getLocation, getNamedType, TypeInfo, visit, visitWithTypeInfo } from 'graphql'
import type { Registered } from './graph.ts'

export type Place = { readonly file: string; readonly line: number }
/** Where documents use a part of the schema, by its coordinate: `Type`, `Type.field`, `Type.field.argument`, `Enum.VALUE`, `Input.field`. */
export type Uses = ReadonlyMap<string, readonly Place[]>

export const placeOf = ({ loc }: ASTNode): Place | undefined =>
  loc === undefined ? undefined : { file: loc.source.name, line: getLocation(loc.source, loc.start).line }

/** What the documents use of a schema; what it does not have is passed over. */
export const usesOf = (schema: GraphQLSchema, documents: readonly Registered[]): Uses => {
  const uses = new Map<string, Map<string, Place>>()
  const note = (coordinate: string | undefined, node: ASTNode): void => {
    const place = placeOf(node)
    if (coordinate === undefined || place === undefined) return
    const places = uses.get(coordinate) ?? new Map<string, Place>()
    uses.set(coordinate, places.set(`${place.file}:${place.line}`, place))
  }
  for (const { document } of documents) visit(document, visitWithTypeInfo(...noting(schema, note)))
  return new Map([...uses].map(([coordinate, places]) => [coordinate, [...places.values()]]))
}

type Note = (coordinate: string | undefined, node: ASTNode) => void

const noting = (schema: GraphQLSchema, note: Note): Parameters<typeof visitWithTypeInfo> => {
  const info = new TypeInfo(schema)
  const named = (type: Parameters<typeof getNamedType>[0]): string | undefined => getNamedType(type ?? undefined)?.name
  const field = (): string | undefined => {
    const [parent, definition] = [info.getParentType(), info.getFieldDef()]
    return parent && definition ? `${parent.name}.${definition.name}` : undefined
  }
  return [
    info,
    {
      Field: (node) => {
        note(field(), node)
        note(named(info.getType()), node)
      },
      Argument: (node) => {
        const [on, argument] = [field(), info.getArgument()]
        note(on !== undefined && argument ? `${on}.${argument.name}` : undefined, node)
      },
      ObjectField: (node) => {
        const parent = named(info.getParentInputType())
        note(parent === undefined ? undefined : `${parent}.${node.name.value}`, node)
      },
      EnumValue: (node) => {
        const type = named(info.getInputType())
        note(type === undefined ? undefined : `${type}.${node.value}`, node)
      },
      // NOTE: what a variable of an input type holds is not in the document, so each of its fields may be used.
      NamedType: (node) => note(node.name.value, node),
    },
  ]
}
