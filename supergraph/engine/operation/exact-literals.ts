import {
  type ASTNode,
  type GraphQLSchema,
  getNamedType,
  isScalarType,
  Kind,
  TypeInfo,
  type ValueNode,
  visit,
  visitWithTypeInfo,
} from 'graphql'
import { fitsDouble } from '#platform/text/exact-json.ts'

const doubles: ReadonlySet<string> = new Set(['Int', 'Float', 'Boolean', 'String'])
const stands = /"__literal_(-?[\d.eE+-]+)__"/g

/**
 * An operation with strings in place of the numbers that planners would round: what a scalar of the schema's own may be, only
 * its service knows. An `ID` is a string in any case.
 */
export const withoutLargeNumbers = <N extends ASTNode>(node: N, schema: GraphQLSchema): N => {
  const info = new TypeInfo(schema)
  const text = ({ value }: { readonly value: string }): ValueNode | undefined => {
    const type = info.getInputType()
    const named = type ? getNamedType(type) : undefined
    if (fitsDouble(value) || (isScalarType(named) && doubles.has(named.name))) return undefined
    return { kind: Kind.STRING, value: named?.name === 'ID' ? value : `__literal_${value}__` }
  }
  return visit(node, visitWithTypeInfo(info, { IntValue: text, FloatValue: text }))
}

/** What a planner wrote, with those numbers again. */
export const withLargeNumbers = (operation: string): string =>
  operation.includes('"__literal_') ? operation.replace(stands, '$1') : operation
