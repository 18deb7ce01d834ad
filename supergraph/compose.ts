import { readFile } from 'node:fs/promises'
import { composeServices } from '@apollo/composition'
import { parse, printSchema } from 'graphql'
import { CinegraphError } from '#platform/errors/errors.ts'
import { subgraphNames } from '#platform/settings/subgraphs.ts'

export type Composition = {
  /** What the gateway loads: every subgraph's types, and who answers which field. */
  readonly supergraph: string
  /** What a client sees. */
  readonly api: string
}

/** Composes the schemas of all subgraphs. Throws INPUT_INVALID with all that does not fit together. */
export const compose = async (): Promise<Composition> => {
  const read = async (name: string) => ({
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
