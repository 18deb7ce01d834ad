import type { GraphqlError } from '#platform/graphql/execute.ts'
import { isTree, type Tree } from '../tree.ts'
import type { FieldPlan, Selection } from './selection.ts'

/**
 * Errors under paths that the client knows. One about a field that only a `@requires` needed is reported where the client's
 * own path ends. One about a field that is asked of another type only, and was fetched along, is nobody's business.
 */
export const placeErrors = (errors: readonly GraphqlError[], selection: Selection, root: Tree): readonly GraphqlError[] =>
  errors.flatMap((error) => {
    if (error.path === undefined) return [error]
    const path = knownPath(error.path, selection, root)
    return path === undefined ? [] : [{ ...error, path }]
  })

const knownPath = (path: NonNullable<GraphqlError['path']>, selection: Selection, root: Tree): GraphqlError['path'] => {
  const known: (string | number)[] = []
  let at: Selection | undefined = selection
  let ofAnyType: readonly Selection[] = [selection]
  let value: unknown = root
  for (const [index, step] of path.entries()) {
    if (typeof step === 'number') {
      value = Array.isArray(value) ? value[step] : undefined
      known.push(step)
      continue
    }
    // NOTE: where the value is gone already, the rest of the path is the subgraph's word.
    if (at === undefined || !isTree(value)) return [...known, ...path.slice(index)]
    const name: string | undefined = at.typeNameOf(value.__typename)
    const field: FieldPlan | undefined = name === undefined ? undefined : at.fieldsOf(name).find(({ stored }) => stored === step)
    const alike = ofAnyType.flatMap((each) => each.fieldsOfAny(step))
    if (field === undefined) return alike.length > 0 ? undefined : known
    known.push(field.key)
    at = field.selection
    ofAnyType = alike.flatMap(({ selection: below }) => (below === undefined ? [] : [below]))
    value = value[step]
  }
  return known
}
