import {
  type ConstDirectiveNode,
  defaultFieldResolver,
  type GraphQLField,
  type GraphQLSchema,
  getNamedType,
  isObjectType,
  valueFromASTUntyped,
} from 'graphql'
import { type Caller, scopesOf } from '#platform/contracts/viewer.ts'
import { CinegraphError } from '#platform/errors/errors.ts'

type Context = { readonly caller: Caller }
/** Throws UNAUTHENTICATED or FORBIDDEN when a caller may not read what a directive stands on. */
type Check = (caller: Caller) => void

/**
 * Holds `@authenticated` and `@requiresScopes` of a subgraph's schema (https://specs.apollo.dev/authenticated and requiresScopes),
 * on fields, their types and the types they return: whoever asks a subgraph itself gets no more than through a gateway.
 */
export const guardAccess = (schema: GraphQLSchema): void => {
  for (const type of Object.values(schema.getTypeMap())) {
    if (!isObjectType(type) || type.name.startsWith('__')) continue
    for (const field of Object.values(type.getFields())) {
      const nodes = [field.astNode, type.astNode, getNamedType(field.type).astNode]
      const checks = nodes.flatMap((node) => (node?.directives ?? []).flatMap(checkOf))
      if (checks.length > 0) guardField(field, checks)
    }
  }
}

const checkOf = (directive: ConstDirectiveNode): readonly Check[] => {
  const name = directive.name.value
  if (name === 'authenticated') return [signedIn]
  return name === 'requiresScopes' ? [withScopes(directive)] : []
}

const signedIn: Check = ({ viewer }) => {
  if (viewer === null) throw new CinegraphError('UNAUTHENTICATED')
}

/** A list of lists: all scopes of one of them are needed. */
const withScopes = ({ arguments: given = [] }: ConstDirectiveNode): Check => {
  const value = given.find(({ name }) => name.value === 'scopes')?.value
  const lists = (value === undefined ? [] : valueFromASTUntyped(value)) as readonly (readonly string[])[]
  return (caller) => {
    signedIn(caller)
    const held = new Set<string>(scopesOf(caller.viewer))
    if (!lists.some((names) => names.every((name) => held.has(name)))) throw new CinegraphError('FORBIDDEN')
  }
}

const guardField = (field: GraphQLField<unknown, Context>, checks: readonly Check[]): void => {
  const { resolve = defaultFieldResolver, subscribe } = field
  const checkAll = ({ caller }: Context): void => {
    for (const check of checks) check(caller)
  }
  field.resolve = (parent, args, context, info) => {
    checkAll(context)
    return resolve(parent, args, context, info)
  }
  if (subscribe === undefined) return
  field.subscribe = (parent, args, context, info) => {
    checkAll(context)
    return subscribe(parent, args, context, info)
  }
}
