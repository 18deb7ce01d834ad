import {
  type ArgumentNode,
  type DefinitionNode,
  type DirectiveNode,
  type FieldDefinitionNode,
  Kind,
  type OperationDefinitionNode,
  parse,
  print,
  type SelectionNode,
  type SelectionSetNode,
  visit,
} from 'graphql'
import { type SupergraphDocument, stringArgument } from '../schema/supergraph-document.ts'
import { mapFetches } from './fetches.ts'
import type { EntityFetch, PlanNode, Requirement } from './planner.ts'
import { type NeedsOf, splitRepresentations } from './split-representations.ts'

/** A field as a `@requires` wants it, with its arguments. */
type Stood = { readonly name: string; readonly arguments: readonly ArgumentNode[] }
type Composite = DefinitionNode & { readonly kind: Kind.OBJECT_TYPE_DEFINITION | Kind.INTERFACE_TYPE_DEFINITION }

/**
 * Planners confuse `price(currency: "USD")` of a `@requires` with the `price` that a client or another `@requires` asks
 * for. They never see such arguments: each use becomes a field of its own for them, and in the plans that they make it
 * becomes an alias of the real field again.
 */
export const standIns = ({ document }: SupergraphDocument) => {
  const made = new StandIns(document.definitions)
  const rewritten = document.definitions.map((node) => (isComposite(node) ? withoutArguments(node, made) : node))
  const definitions = rewritten.map((node) =>
    isComposite(node) ? { ...node, fields: [...(node.fields ?? []), ...made.fieldsOf(node)] } : node,
  )
  const { stood } = made
  const needsOf = needsIn(rewritten, stood)
  return {
    /** What the planner may see. */
    sdl: print({ ...document, definitions }),
    /** A plan in terms of the real fields. */
    restore: (plan: PlanNode | null): PlanNode | null => (plan === null || stood.size === 0 ? plan : restoreNode(plan, { stood, needsOf })),
  }
}

/** The fields that stand for required fields with arguments, and the types that get them. */
class StandIns {
  readonly stood = new Map<string, Stood>()
  readonly #added = new Map<string, Map<string, FieldDefinitionNode>>()
  readonly #composites: readonly Composite[]
  constructor(definitions: readonly DefinitionNode[]) {
    this.#composites = definitions.filter(isComposite)
  }

  fieldsOf(type: Composite): readonly FieldDefinitionNode[] {
    return [...(this.#added.get(type.name.value)?.values() ?? [])]
  }

  /** The fields of a `@requires`, with a stand-in for each that has arguments. */
  replace(set: SelectionSetNode, type: string): SelectionSetNode {
    return { ...set, selections: set.selections.map((node) => this.#replaceNode(node, type)) }
  }

  #replaceNode(node: SelectionNode, type: string): SelectionNode {
    if (node.kind === Kind.FRAGMENT_SPREAD) return node
    if (node.kind === Kind.INLINE_FRAGMENT)
      return { ...node, selectionSet: this.replace(node.selectionSet, node.typeCondition?.name.value ?? type) }
    const below = this.#composites.find(({ name }) => name.value === type)?.fields?.find(({ name }) => name.value === node.name.value)?.type
    const inner =
      node.selectionSet === undefined || below === undefined ? {} : { selectionSet: this.replace(node.selectionSet, nameOf(below)) }
    if ((node.arguments ?? []).length === 0) return { ...node, ...inner }
    const value = this.#standIn(type, { name: node.name.value, arguments: node.arguments ?? [] })
    return { ...node, ...inner, name: { kind: Kind.NAME, value }, arguments: [] }
  }

  #standIn(type: string, wanted: Stood): string {
    const known = [...this.stood].find(([, one]) => one.name === wanted.name && argumentsText(one) === argumentsText(wanted))?.[0]
    const stand = known ?? `_required_${this.stood.size}_${wanted.name}`
    this.stood.set(stand, wanted)
    for (const node of this.#composites) {
      const owner = node.name.value
      if (owner !== type && !node.interfaces?.some((face) => face.name.value === type)) continue
      const field = node.fields?.find((each) => each.name.value === wanted.name)
      if (field === undefined) continue
      const copy = { ...field, name: { kind: Kind.NAME, value: stand } as const, arguments: [] }
      this.#added.set(owner, (this.#added.get(owner) ?? new Map()).set(stand, copy))
    }
    return stand
  }
}

const argumentsText = ({ arguments: given }: Stood): string => given.map((argument) => print(argument)).join(',')

/** Which stand-ins each field's `@requires` names, read off the rewritten definitions. */
const needsIn = (definitions: readonly DefinitionNode[], stood: ReadonlyMap<string, Stood>): NeedsOf => {
  const needs = new Map<string, ReadonlyMap<string, string>>()
  for (const type of definitions.filter(isComposite)) {
    for (const field of type.fields ?? []) {
      const texts = (field.directives ?? []).map((directive) => stringArgument(directive, 'requires') ?? '')
      const names = texts.flatMap((text) => text.match(/_required_\w+/g) ?? [])
      if (names.length > 0)
        needs.set(`${type.name.value}.${field.name.value}`, new Map(names.map((name) => [stood.get(name)?.name ?? name, name])))
    }
  }
  return (type, field) => needs.get(`${type}.${field}`) ?? new Map()
}

type Restoring = { readonly stood: ReadonlyMap<string, Stood>; readonly needsOf: NeedsOf }

const isComposite = (node: DefinitionNode): node is Composite =>
  node.kind === Kind.OBJECT_TYPE_DEFINITION || node.kind === Kind.INTERFACE_TYPE_DEFINITION

type TypeReference = FieldDefinitionNode['type']
const nameOf = (type: TypeReference): string => (type.kind === Kind.NAMED_TYPE ? type.name.value : nameOf(type.type))

const withoutArguments = (node: Composite, made: StandIns): DefinitionNode =>
  visit(node, {
    Directive: (directive: DirectiveNode) => {
      const requires = directive.name.value === 'join__field' ? stringArgument(directive, 'requires') : undefined
      if (requires === undefined || !requires.includes('(')) return undefined
      const [operation] = parse(`{${requires}}`, { noLocation: true }).definitions
      const set = made.replace((operation as OperationDefinitionNode).selectionSet, node.name.value)
      const value = print(set)
        .replace(/^\{|\}$/g, '')
        .replace(/\s+/g, ' ')
        .trim()
      const given = (directive.arguments ?? []).map((argument) =>
        argument.name.value === 'requires' ? { ...argument, value: { kind: Kind.STRING, value } } : argument,
      )
      return { ...directive, arguments: given }
    },
  }) as DefinitionNode

const restoreNode = (plan: PlanNode, { stood, needsOf }: Restoring): PlanNode =>
  mapFetches(plan, (node) => {
    const entities = node.entities?.map(
      (entity): EntityFetch => ({ ...entity, requires: entity.requires.map((each) => restoreRequirement(each, stood)) }),
    )
    const restored = { ...node, operation: restoreText(node.operation, stood), ...(entities === undefined ? {} : { entities }) }
    return splitRepresentations(restored, needsOf)
  })

const restoreText = (text: string, stood: ReadonlyMap<string, Stood>): string => {
  if (!text.includes('_required_')) return text
  const restored = visit(parse(text, { noLocation: true }), {
    Field: (node) => {
      const real = stood.get(node.name.value)
      if (real === undefined) return undefined
      const name = { kind: Kind.NAME, value: real.name } as const
      return { ...node, alias: node.alias ?? node.name, name, arguments: real.arguments }
    },
  })
  return print(restored)
}

const restoreRequirement = (requirement: Requirement, stood: ReadonlyMap<string, Stood>): Requirement => {
  const selections = requirement.selections?.map((inner) => restoreRequirement(inner, stood)) ?? null
  if (requirement.kind === 'On') return { ...requirement, selections: selections ?? [] }
  return { ...requirement, selections, name: stood.get(requirement.name)?.name ?? requirement.name }
}
