import { readFile } from 'node:fs/promises'
import { composeServices } from '@apollo/composition'
import { parse, printSchema } from 'graphql'
import { CinegraphError } from '#platform/errors/errors.ts'

export const subgraphNames = ['profile', 'catalog', 'playback', 'history', 'recs'] as const
export type SubgraphName = (typeof subgraphNames)[number]

export type Composition = {
  /** What the gateway loads: every subgraph's types, and who answers which field. */
  readonly supergraph: string
  /** What a client sees. */
  readonly api: string
}

/** Composes the five subgraphs' schemas. Throws INPUT_INVALID with all that does not fit together. */
export const compose = async (): Promise<Composition> => {
  const read = async (name: SubgraphName) => ({
    name,
    url: `in-process://${name}`,
    typeDefs: parse(await readFile(new URL(`../subgraphs/${name}/schema.graphql`, import.meta.url), 'utf8')),
  })
  const result = composeServices(await Promise.all(subgraphNames.map(read)))
  if (result.errors !== undefined)
    throw new CinegraphError('INPUT_INVALID', {
      name: 'The supergraph',
      why: `does not compose:\n${result.errors.map((error) => error.message).join('\n')}`,
    })
  return { supergraph: `${result.supergraphSdl}\n`, api: `${printSchema(result.schema.toAPISchema().toGraphQLJSSchema())}\n` }
}
