import { CriticalityLevel, diff } from '@graphql-inspector/core'
import { type GraphQLError, type GraphQLSchema, isInterfaceType, isObjectType, specifiedRules, validate } from 'graphql'
import type { Contract, Graph } from './graph.ts'
import { type Place, placeOf, type Uses, usesOf } from './uses.ts'

export type Level = 'breaking' | 'dangerous' | 'safe'
export type Change = {
  readonly contract: string
  readonly level: Level
  readonly message: string
  /** Documents in the repository that ask for what is changed. */
  readonly usedAt: readonly Place[]
}
export type Fault = { readonly message: string; readonly at: Place | undefined }
export type Comparison = {
  /** What does not compose, cannot be read, or is asked and not there. */
  readonly faults: readonly Fault[]
  readonly changes: readonly Change[]
  /** Fields that no document in the repository asks for. */
  readonly unused: readonly string[]
}

const levels: Readonly<Record<CriticalityLevel, Level>> = {
  [CriticalityLevel.Breaking]: 'breaking',
  [CriticalityLevel.Dangerous]: 'dangerous',
  [CriticalityLevel.NonBreaking]: 'safe',
}

/** What has changed between two versions of the graph, and which documents in the repository that touches. */
export const compareGraphs = async (before: Graph, now: Graph): Promise<Comparison> => {
  const pairs = now.contracts.flatMap((contract) => {
    const old = before.contracts.find(({ name }) => name === contract.name)
    return old === undefined ? [] : [{ old, contract }]
  })
  return {
    faults: [...now.faults.map(faultOf), ...now.contracts.flatMap(invalidDocuments)],
    changes: (await Promise.all(pairs.map(({ old, contract }) => changesBetween(old, contract)))).flat(),
    unused: now.contracts.flatMap((contract) => (contract.name === 'supergraph' ? unusedFields(contract) : [])),
  }
}

const faultOf = (error: GraphQLError): Fault => {
  const [node] = error.nodes ?? []
  const [position] = error.locations ?? []
  const own = error.source === undefined || position === undefined ? undefined : { file: error.source.name, line: position.line }
  return { message: error.message, at: (node === undefined ? undefined : placeOf(node)) ?? own }
}

/** NOTE: a fragment that two documents spread is faulty once. */
const invalidDocuments = ({ schema, documents }: Contract): readonly Fault[] => {
  const faults = documents.flatMap(({ document }) => validate(schema, document, specifiedRules).map(faultOf))
  return [...new Map(faults.map((fault) => [`${fault.at?.file}:${fault.at?.line} ${fault.message}`, fault])).values()]
}

const changesBetween = async (old: Contract, { name, schema, documents }: Contract): Promise<readonly Change[]> => {
  const uses = usesOf(old.schema, documents)
  return (await diff(old.schema, schema)).map(({ criticality, message, path = '' }) => ({
    contract: name,
    level: levels[criticality.level],
    message,
    usedAt: uses.get(path) ?? usesOfType(path, old.schema, uses),
  }))
}

/** Fields are asked by name; the values of an enum, the members of a union and the fields of an input are there wherever their type is. */
const usesOfType = (path: string, schema: GraphQLSchema, uses: Uses): readonly Place[] => {
  const [name = '', field, argument] = path.split('.')
  // NOTE: an argument that is new is named by nobody; who asks its field has to give it.
  if (argument !== undefined) return uses.get(`${name}.${field}`) ?? []
  const type = schema.getType(name)
  return isObjectType(type) || isInterfaceType(type) ? [] : (uses.get(name) ?? [])
}

const unusedFields = ({ schema, documents }: Contract): readonly string[] => {
  const uses = usesOf(schema, documents)
  return Object.values(schema.getTypeMap())
    .flatMap((type) => (isObjectType(type) || isInterfaceType(type) ? [type] : []))
    .filter(({ name }) => !name.startsWith('__'))
    .flatMap((type) => Object.keys(type.getFields()).map((field) => `${type.name}.${field}`))
    .filter((coordinate) => !uses.has(coordinate))
    .toSorted()
}
