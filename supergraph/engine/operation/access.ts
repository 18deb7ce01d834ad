import { GraphQLError, type GraphQLSchema, TypeInfo, visit, visitWithTypeInfo } from 'graphql'
import { CinegraphError, errorTable } from '#platform/errors/errors.ts'
import type { AccessRules, Claims } from '../schema/access-rules.ts'
import type { ReadOperation } from './document.ts'

export type IsDenied = (type: string, field: string) => boolean
/** What a caller may not read of an operation; `key` is the same for callers who may read the same. */
export type Access = { readonly key: string; readonly denied: readonly string[]; readonly isDenied: IsDenied }

export const everything: Access = { key: '', denied: [], isDenied: () => false }

/** Looks once which fields of an operation are protected, and gives the check of a caller's claims against those; claims are read only then. */
export const compileAccess = (
  { document }: ReadOperation,
  schema: GraphQLSchema,
  rules: AccessRules,
): ((claimsOf: () => Claims) => Access) => {
  if (rules.isEmpty) return () => everything
  const asked = new Set<string>()
  const info = new TypeInfo(schema)
  const note = (type: string, field: string): void => {
    if (rules.of(type, field).length > 0) asked.add(`${type}.${field}`)
  }
  visit(
    document,
    visitWithTypeInfo(info, {
      Field: ({ name }) => {
        const parent = info.getParentType()
        if (!parent) return
        note(parent.name, name.value)
        // NOTE: what stands on an interface is read from its object types, which may be stricter.
        if (!('getFields' in parent) || !('getInterfaces' in parent)) return
        for (const type of 'isTypeOf' in parent ? [] : schema.getPossibleTypes(parent)) note(type.name, name.value)
      },
    }),
  )
  const protectedFields = [...asked]
  if (protectedFields.length === 0) return () => everything
  return (claimsOf) => {
    const claims = claimsOf()
    const isDenied: IsDenied = (type, field) => !rules.of(type, field).every((rule) => rule(claims))
    const denied = protectedFields.filter((name) => {
      const [type = '', field = ''] = name.split('.')
      return isDenied(type, field)
    })
    return denied.length === 0 ? everything : { key: denied.join(), denied, isDenied }
  }
}

/** What stands in an answer in place of a field that its reader may not read. */
export const denial = (coordinate: string) => ({
  message: new CinegraphError('FIELD_DENIED', { field: coordinate }).message,
  extensions: { code: errorTable.FIELD_DENIED.graphql },
})

export const denialOfAll = ({ denied }: Access): AggregateError =>
  new AggregateError(
    denied.map((coordinate) => new GraphQLError(denial(coordinate).message, { extensions: denial(coordinate).extensions })),
  )
