import {
  type DirectiveNode,
  type DocumentNode,
  type FieldNode,
  Kind,
  type OperationDefinitionNode,
  parse,
  print,
  stripIgnoredCharacters,
  type VariableDefinitionNode,
  visit,
} from 'graphql'
import { mapFetches } from '../plan/fetches.ts'
import type { FetchNode, PlanNode } from '../plan/planner.ts'
import type { StoredKey } from './stored-key.ts'
import { withPlannedNames } from './variable-names.ts'

/**
 * The directives of an operation that are the subgraphs' affair: composition keeps those that all subgraphs know. Planners
 * lose them; they are put on again by the key of their field. A key that also means something else gets another name.
 */
export type ExecutableDirectives = {
  readonly isEmpty: boolean
  /** The key under which the value of a field is stored that these nodes ask together. */
  readonly keyOf: (nodes: readonly FieldNode[], key: string) => string
  /** A plan whose fetches have the directives. */
  readonly restore: (plan: PlanNode) => PlanNode
}
type Directives = readonly DirectiveNode[]

const ofTheGateway: ReadonlySet<string> = new Set(['skip', 'include', 'defer'])
const own = (directives: Directives = []): Directives => directives.filter(({ name }) => !ofTheGateway.has(name.value))

const none: ExecutableDirectives = { isEmpty: true, keyOf: (_nodes, key) => key, restore: (plan) => plan }

export type DirectiveDeps = { readonly storedKey: StoredKey; readonly isInFieldSet: (name: string) => boolean }

export const executableDirectives = (
  document: DocumentNode,
  operation: OperationDefinitionNode,
  { storedKey, isInFieldSet }: DirectiveDeps,
): ExecutableDirectives => {
  let isEmpty = true
  visit(document, {
    Directive: ({ name }) => {
      isEmpty &&= ofTheGateway.has(name.value)
    },
  })
  if (isEmpty) return none
  const meanings = new Map<string, Set<string>>()
  visit(document, {
    Field: (node) => {
      const key = storedKey(node)
      meanings.set(key, (meanings.get(key) ?? new Set()).add(textOf(own(node.directives))))
    },
  })
  const isClear = (key: string): boolean => meanings.get(key)?.size === 1 && !isInFieldSet(key)
  const numbers = new Map<string, number>()
  const byKey = new Map<string, Directives>()
  const keyOf = (nodes: readonly FieldNode[], key: string): string => {
    const directives = distinct(nodes.flatMap((node) => own(node.directives))).map(withPlannedNames)
    if (directives.length === 0) return key
    const text = textOf(directives)
    numbers.set(text, numbers.get(text) ?? numbers.size)
    const marked = isClear(key) ? key : `${key}__d${numbers.get(text)}`
    byKey.set(marked, directives)
    return marked
  }
  return { isEmpty, keyOf, restore: (plan) => mapFetches(plan, (fetch) => withDirectives(fetch, { operation, byKey })) }
}

const textOf = (directives: Directives): string => directives.map((each) => print(each)).join(' ')
const distinct = (directives: Directives): Directives => [...new Map(directives.map((each) => [print(each), each])).values()]

type Restoring = { readonly operation: OperationDefinitionNode; readonly byKey: ReadonlyMap<string, Directives> }

const withDirectives = (fetch: FetchNode, { operation, byKey }: Restoring): FetchNode => {
  const ofOperation = fetch.operationKind === operation.operation ? own(operation.directives).map(withPlannedNames) : []
  const document = visit(parse(fetch.operation, { noLocation: true }), {
    Field: (node) => {
      const directives = byKey.get(node.alias?.value ?? node.name.value)
      return directives === undefined ? undefined : { ...node, directives }
    },
    OperationDefinition: (node) => ({ ...node, directives: ofOperation }),
  })
  const missing = missingVariables(document, operation)
  const definitions = document.definitions.map((node) =>
    node.kind === Kind.OPERATION_DEFINITION ? { ...node, variableDefinitions: [...(node.variableDefinitions ?? []), ...missing] } : node,
  )
  return {
    ...fetch,
    operation: stripIgnoredCharacters(print({ ...document, definitions })),
    variables: [...fetch.variables, ...missing.map(({ variable }) => variable.name.value)],
  }
}

/** Variables that only directives use. */
const missingVariables = (document: DocumentNode, operation: OperationDefinitionNode): readonly VariableDefinitionNode[] => {
  const known = new Set<string>()
  const used = new Set<string>()
  visit(document, {
    VariableDefinition: ({ variable }) => {
      known.add(variable.name.value)
      return false
    },
    Variable: ({ name }) => void used.add(name.value),
  })
  return (withPlannedNames(operation).variableDefinitions ?? []).filter(
    ({ variable }) => used.has(variable.name.value) && !known.has(variable.name.value),
  )
}
