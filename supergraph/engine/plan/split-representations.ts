import {
  type FieldNode,
  type InlineFragmentNode,
  Kind,
  type OperationDefinitionNode,
  print,
  type SelectionNode,
  type VariableDefinitionNode,
} from 'graphql'
import type { EntityFetch, FetchNode, Requirement } from './planner.ts'
import { spelledOut } from './spelled-out.ts'

/** The stand-ins that a field of a type needs, by the real field that each stands for. */
export type NeedsOf = (type: string, field: string) => ReadonlyMap<string, string>
type Group = { readonly needs: Map<string, string>; readonly fragments: InlineFragmentNode[] }

/** One representation has one value for a field. Fields that need different ones of the same name are asked with representations of their own. */
export const splitRepresentations = (node: FetchNode, needsOf: NeedsOf): FetchNode => {
  if (!node.entities?.some(({ requires }) => hasConflict(requires))) return node
  const operation = spelledOut(node.operation)
  const parts = node.entities.map((entity) => splitEntity(entity, operation, needsOf))
  const split: OperationDefinitionNode = {
    ...operation,
    variableDefinitions: [
      ...(operation.variableDefinitions ?? []).filter((each) => !isRepresentations(each, node)),
      ...parts.flatMap(({ variables }) => variables),
    ],
    selectionSet: { kind: Kind.SELECTION_SET, selections: parts.flatMap(({ selections }) => selections) },
  }
  return { ...node, operation: print(split), entities: parts.flatMap(({ entities }) => entities) }
}

const hasConflict = (requires: readonly Requirement[]): boolean =>
  requires.some((each) => each.kind === 'On' && new Set(each.selections.map(nameOf)).size < each.selections.length)

const nameOf = (requirement: Requirement): string => (requirement.kind === 'Field' ? requirement.name : `... on ${requirement.type}`)
const isRepresentations = ({ variable }: VariableDefinitionNode, { entities }: FetchNode): boolean =>
  entities?.some((entity) => entity.variable === variable.name.value) === true

const splitEntity = (entity: EntityFetch, operation: OperationDefinitionNode, needsOf: NeedsOf) => {
  const selection = operation.selectionSet.selections.find(
    (each): each is FieldNode => each.kind === Kind.FIELD && (each.alias?.value ?? each.name.value) === entity.alias,
  )
  const definition = operation.variableDefinitions?.find(({ variable }) => variable.name.value === entity.variable)
  if (selection === undefined || definition === undefined) throw new TypeError(`The plan has no selection ${entity.alias}`)
  const groups: Group[] = []
  for (const fragment of selection.selectionSet?.selections ?? [])
    if (fragment.kind === Kind.INLINE_FRAGMENT) group(fragment, groups, needsOf)
  const named = groups.map((each, index) => ({ ...each, alias: `${entity.alias}_${index}`, variable: `${entity.variable}_${index}` }))
  return {
    entities: named.map(
      ({ alias, variable, needs }): EntityFetch => ({
        ...entity,
        alias,
        variable,
        requires: entity.requires.map((each) => only(each, needs)),
      }),
    ),
    variables: named.map(({ variable }): VariableDefinitionNode => ({ ...definition, variable: variableNode(variable) })),
    selections: named.map(
      ({ alias, variable, fragments }): FieldNode => ({
        ...selection,
        alias: { kind: Kind.NAME, value: alias },
        arguments: (selection.arguments ?? []).map((each) => ({ ...each, value: variableNode(variable) })),
        selectionSet: { kind: Kind.SELECTION_SET, selections: fragments },
      }),
    ),
  }
}

const variableNode = (value: string) => ({ kind: Kind.VARIABLE, name: { kind: Kind.NAME, value } }) as const

/** Puts each field of a fragment into the first group whose representations suit it. */
const group = (fragment: InlineFragmentNode, groups: Group[], needsOf: NeedsOf): void => {
  for (const field of fragment.selectionSet.selections) {
    const needs =
      field.kind === Kind.FIELD ? needsOf(fragment.typeCondition?.name.value ?? '', field.name.value) : new Map<string, string>()
    const suits = (each: Group): boolean => [...needs].every(([real, stand]) => (each.needs.get(real) ?? stand) === stand)
    let found = groups.find(suits)
    if (found === undefined) {
      found = { needs: new Map(), fragments: [] }
      groups.push(found)
    }
    for (const [real, stand] of needs) found.needs.set(real, stand)
    found.fragments.push(withOnly(fragment, field))
  }
}

const withOnly = (fragment: InlineFragmentNode, field: SelectionNode): InlineFragmentNode => ({
  ...fragment,
  selectionSet: { kind: Kind.SELECTION_SET, selections: [field] },
})

/** The requirements without what only other groups need. */
const only = (requirement: Requirement, needs: ReadonlyMap<string, string>): Requirement => {
  if (requirement.kind === 'Field') return requirement
  const names = requirement.selections.map(nameOf)
  const selections = requirement.selections.filter((each) => {
    if (each.kind !== 'Field') return true
    const isContested = names.indexOf(each.name) !== names.lastIndexOf(each.name)
    return !isContested || needs.get(each.name) === each.key
  })
  return { ...requirement, selections }
}
