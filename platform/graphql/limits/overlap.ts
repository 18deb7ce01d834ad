import { type FieldNode, Kind, type SelectionSetNode, type ValueNode } from 'graphql'
import type { Fragments } from '#platform/graphql/limits/counts.ts'

/** Fields of one place of the answer by response key, and the fragments that bring some of them. */
type Gathered = { readonly fields: Map<string, FieldNode[]>; readonly spreads: Set<string> }

export type Overlapping = {
  readonly fragments: Fragments
  /** Fragments that were met; more are added. */
  readonly reached: Set<string>
  readonly max: number
}

/**
 * How many comparisons it takes to see that fields of the same name can be merged
 * (https://spec.graphql.org/October2021/#sec-Field-Selection-Merging): pairs of fields with the same response key, with the
 * sizes of their arguments, and pairs of fragments at one place. Linear in the written-out operation; stops at `max`.
 */
export const overlapOf = (set: SelectionSetNode, { fragments, reached, max }: Overlapping): number => {
  let comparisons = 0
  const places: (readonly SelectionSetNode[])[] = [[set]]
  for (let place = places.pop(); place !== undefined && comparisons <= max; place = places.pop()) {
    const gathered: Gathered = { fields: new Map(), spreads: new Set() }
    for (const each of place) gather(each, fragments, gathered)
    for (const name of gathered.spreads) reached.add(name)
    comparisons += (gathered.spreads.size * (gathered.spreads.size - 1)) / 2
    for (const same of gathered.fields.values()) {
      if (same.length > 1) comparisons += ((same.length - 1) * same.reduce((sum, field) => sum + argumentsSize(field), same.length)) / 2
      const below = same.flatMap(({ selectionSet }) => (selectionSet === undefined ? [] : [selectionSet]))
      if (below.length > 0) places.push(below)
    }
  }
  return comparisons
}

const gather = (set: SelectionSetNode, fragments: Fragments, gathered: Gathered): void => {
  for (const node of set.selections) {
    if (node.kind === Kind.FIELD) {
      const key = node.alias?.value ?? node.name.value
      const same = gathered.fields.get(key)
      if (same === undefined) gathered.fields.set(key, [node])
      else same.push(node)
    } else if (node.kind === Kind.INLINE_FRAGMENT) gather(node.selectionSet, fragments, gathered)
    else if (!gathered.spreads.has(node.name.value)) {
      gathered.spreads.add(node.name.value)
      const fragment = fragments.get(node.name.value)
      if (fragment !== undefined) gather(fragment.selectionSet, fragments, gathered)
    }
  }
}

const argumentsSize = ({ arguments: given = [] }: FieldNode): number => given.reduce((sum, { value }) => sum + valueSize(value), 0)

const valueSize = (value: ValueNode): number => {
  if (value.kind === Kind.LIST) return value.values.reduce((sum, item) => sum + valueSize(item), 1)
  if (value.kind === Kind.OBJECT) return value.fields.reduce((sum, field) => sum + valueSize(field.value), 1)
  return 1
}
