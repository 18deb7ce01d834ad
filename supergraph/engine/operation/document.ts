import {
  type DocumentNode,
  type FragmentDefinitionNode,
  GraphQLError,
  type GraphQLSchema,
  getOperationAST,
  Kind,
  type OperationDefinitionNode,
  specifiedRules,
  type ValidationRule,
  validate,
  visit,
} from 'graphql'
import { fragmentsOf } from '#platform/graphql/limits/counts.ts'
import type { Limiter, MeasuredDocument } from '#platform/graphql/limits/limiter.ts'
import { type DirectiveDeps, type ExecutableDirectives, executableDirectives } from './executable-directives.ts'

export type ReadOperation = {
  readonly document: DocumentNode
  readonly operation: OperationDefinitionNode
  readonly fragments: ReadonlyMap<string, FragmentDefinitionNode>
  /** Variables that `@skip`, `@include` and `@defer` look at, in a fixed order. */
  readonly conditions: readonly string[]
  /** Whether a response key means the same field with the same arguments wherever it stands. */
  readonly hasPlainKeys: boolean
  readonly hasDefer: boolean
  readonly directives: ExecutableDirectives
  /** Refuses variables with which the operation costs too much. */
  readonly admit: MeasuredDocument['admit']
}
export type Variables = Readonly<Record<string, unknown>>
export type DocumentRules = {
  readonly schema: GraphQLSchema
  readonly rules: readonly ValidationRule[]
  readonly limiter: Limiter
} & DirectiveDeps

/** So many faults of one document are reported. */
const errorsMax = 20

/** The one operation that a request names: parsed, measured, validated. Throws GraphQLErrors with a code, several as an AggregateError. */
export const readOperation = (
  text: string,
  name: string | undefined,
  { schema, rules, limiter, ...names }: DocumentRules,
): ReadOperation => {
  const { document, admit } = limiter(text, name)
  const errors = validate(schema, document, [...specifiedRules, ...rules], { maxErrors: errorsMax })
  if (errors.length > 0) throw new AggregateError(errors.map((error) => coded(error, 'GRAPHQL_VALIDATION_FAILED')))
  const operation = getOperationAST(document, name)
  if (!operation) throw coded(new GraphQLError(unresolved(name)), 'OPERATION_RESOLUTION_FAILURE')
  return {
    document,
    operation,
    fragments: fragmentsOf(document),
    admit,
    directives: executableDirectives(document, operation, names),
    ...lookAt(document),
  }
}

const coded = (error: GraphQLError, code: string): GraphQLError =>
  new GraphQLError(error.message, {
    nodes: error.nodes ?? null,
    source: error.source ?? null,
    positions: error.positions ?? null,
    extensions: { code, ...error.extensions },
  })

const unresolved = (name: string | undefined): string =>
  name === undefined ? 'Must provide operation name if query contains multiple operations.' : `Unknown operation named "${name}".`

const lookAt = (document: DocumentNode): Pick<ReadOperation, 'conditions' | 'hasPlainKeys' | 'hasDefer'> => {
  const conditions = new Set<string>()
  const meanings = new Map<string, string>()
  let hasPlainKeys = true
  let hasDefer = false
  visit(document, {
    Field: (node) => {
      const key = node.alias?.value ?? node.name.value
      const meaning = `${node.name.value}(${JSON.stringify(node.arguments ?? [], (name, value) => (name === 'loc' ? undefined : value))})`
      hasPlainKeys &&= (meanings.get(key) ?? meaning) === meaning
      meanings.set(key, meaning)
    },
    Directive: (node) => {
      hasDefer ||= node.name.value === 'defer'
      const value = node.arguments?.find(({ name }) => name.value === 'if')?.value
      if (['skip', 'include', 'defer'].includes(node.name.value) && value?.kind === Kind.VARIABLE) conditions.add(value.name.value)
    },
  })
  return { conditions: [...conditions], hasPlainKeys, hasDefer }
}
