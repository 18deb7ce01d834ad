import type { FieldNode } from 'graphql'

/** Under which key the values of a field stand in the tree that an answer is made from. */
export type StoredKey = (field: Pick<FieldNode, 'alias' | 'name'>) => string

/**
 * A client's alias can be the name of a field that a `@requires` or a key needs of the same object. Such an alias gets a
 * longer name for planners, subgraphs and the tree; the answer has the client's.
 */
export const storedKeys =
  (isFieldName: (name: string) => boolean): StoredKey =>
  ({ alias, name }) => {
    if (alias === undefined || alias.value === name.value || name.value.startsWith('__')) return alias?.value ?? name.value
    return isFieldName(alias.value) || alias.value.includes('__') ? `${alias.value}__${name.value}` : alias.value
  }
