import { composeServices } from '@apollo/composition'
import { buildSubgraphSchema } from '@apollo/subgraph'
import { type GraphQLSchema, graphql, parse } from 'graphql'
import type { GraphqlAnswer, GraphqlRequest, GraphqlService } from '#platform/graphql/execute.ts'
import { defaultLimits, type QueryLimits } from '#platform/graphql/limits/limits.ts'
import { createEngine, type Engine } from '../../supergraph/engine/engine.ts'
import { startPlannerProcess } from '../../supergraph/engine/plan/planner-process.ts'
import type { EngineDeps } from '../../supergraph/engine/planned-request.ts'

/** For operations that are made up to find faults of the engine, not to be cheap. */
export const roomyLimits: QueryLimits = {
  ...defaultLimits,
  tokensMax: 100_000,
  depthMax: 100,
  aliasesMax: 10_000,
  rootFieldsMax: 1_000,
  selectionsMax: 100_000,
  costMax: Number.MAX_VALUE,
}

export type Part = { readonly sdl: string; readonly resolvers: object }
export type Asked = { readonly subgraph: string; readonly query: string; readonly variables: Readonly<Record<string, unknown>> }
export type Small<C> = AsyncDisposable & {
  readonly engine: Engine<C>
  readonly asked: Asked[]
  readonly supergraphSdl: string
  readonly ask: (request: GraphqlRequest | string, context: C) => Promise<GraphqlAnswer>
}

const directives = [
  ...['key', 'external', 'requires', 'provides', 'shareable', 'override', 'inaccessible', 'tag', 'interfaceObject'],
  ...['authenticated', 'requiresScopes', 'policy', 'cost', 'listSize', 'context', 'fromContext'],
].map((name) => `"@${name}"`)
const link = `extend schema @link(url: "https://specs.apollo.dev/federation/v2.9", import: [${directives.join(', ')}])\n`

/** A subgraph's schema with the directives of Federation 2 imported. */
export const linked = (sdl: string): string => link + sdl

export const composeParts = (parts: Readonly<Record<string, Part>>, read: (sdl: string) => string = linked): string => {
  const { supergraphSdl, errors } = composeServices(
    Object.entries(parts).map(([name, { sdl }]) => ({ name, url: `http://${name}`, typeDefs: parse(read(sdl)) })),
  )
  if (supergraphSdl === undefined) throw new AggregateError(errors, errors.map(({ message }) => message).join('\n'))
  return supergraphSdl
}

const schemaOf = ({ sdl, resolvers }: Part, read: (sdl: string) => string = linked): GraphQLSchema =>
  buildSubgraphSchema([{ typeDefs: parse(read(sdl)), resolvers: resolvers as Record<string, never> }])

/** A subgraph in this process, as Cinegraph's own supergraph asks it. */
export const serviceOf = (part: Part): GraphqlService => {
  const schema = schemaOf(part)
  return {
    execute: async ({ query, variables }) => (await graphql({ schema, source: query, variableValues: { ...variables } })) as GraphqlAnswer,
    subscribe: () => {
      throw new TypeError('It has no subscriptions')
    },
  }
}

/** Our engine over a handful of real subgraphs in this process. */
export const smallGraph = async <C = undefined>(
  parts: Readonly<Record<string, Part>>,
  { isFederation1 = false, ...options }: Partial<EngineDeps<C>> & { readonly isFederation1?: boolean } = {},
): Promise<Small<C>> => {
  const read = isFederation1 ? (sdl: string) => sdl : linked
  const supergraphSdl = composeParts(parts, read)
  const schemas = new Map(Object.entries(parts).map(([name, part]) => [name, schemaOf(part, read)]))
  const asked: Asked[] = []
  const planning = startPlannerProcess()
  const planner = await planning.open(supergraphSdl)
  const engine = createEngine<C>({
    limits: roomyLimits,
    supergraphSdl,
    planner,
    ask:
      (subgraph) =>
      async ({ query, variables }) => {
        const variableValues = JSON.parse(variables) as Record<string, unknown>
        asked.push({ subgraph, query, variables: variableValues })
        const schema = schemas.get(subgraph)
        if (schema === undefined) throw new TypeError(`No subgraph ${subgraph}`)
        return JSON.parse(JSON.stringify(await graphql({ schema, source: query, variableValues }))) as GraphqlAnswer
      },
    ...options,
  })
  return {
    engine,
    asked,
    supergraphSdl,
    ask: async (request, context) => {
      const answer = await engine.execute(typeof request === 'string' ? { query: request } : request, context)
      return JSON.parse(String(answer.json())) as GraphqlAnswer
    },
    [Symbol.asyncDispose]: async () => {
      planner[Symbol.dispose]()
      await planning[Symbol.asyncDispose]()
    },
  }
}
