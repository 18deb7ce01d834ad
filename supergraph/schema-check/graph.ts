import { composeServices } from '@apollo/composition'
import {
  buildASTSchema,
  type DefinitionNode,
  type DocumentNode,
  type FragmentDefinitionNode,
  GraphQLError,
  type GraphQLSchema,
  Kind,
  parse,
  Source,
  visit,
} from 'graphql'
import type { Tree } from './tree.ts'

/** What one document asks, with the fragments that it spreads; each node knows the file that it stands in. */
export type Registered = { readonly file: string; readonly document: DocumentNode }
/** A schema and the documents in the repository that ask it. */
export type Contract = { readonly name: string; readonly schema: GraphQLSchema; readonly documents: readonly Registered[] }
export type Graph = { readonly contracts: readonly Contract[]; readonly faults: readonly GraphQLError[] }

const folderOf = (path: string): string => path.slice(0, path.lastIndexOf('/'))

/**
 * The supergraph's API and the schema of each device, with what is asked of them. What cannot be read or composed is a fault,
 * with the file and line where it stands; that schema is left out.
 */
export const readGraph = async (tree: Tree): Promise<Graph> => {
  const faults: GraphQLError[] = []
  const parsed = new Map<string, DocumentNode>()
  for (const path of tree.paths) {
    try {
      parsed.set(path, parse(new Source(await tree.read(path), path)))
    } catch (error) {
      if (!(error instanceof GraphQLError)) throw error
      faults.push(error)
    }
  }
  // NOTE: what a file that cannot be read would have said is missing everywhere; only it is to be looked at.
  if (faults.length > 0) return { contracts: [], faults }
  const documentsIn = (folder: RegExp): readonly Registered[] =>
    [...parsed].filter(([path]) => folder.test(folderOf(path))).map(([file, own]) => ({ file, document: withFragments(own, file, parsed) }))
  const api = composed(parsed, faults)
  const devices = [...parsed.keys()].flatMap((path) => /^bffs\/(?!device\/)([^/]+)\/schema\.graphql$/.exec(path)?.[1] ?? [])
  const contracts = [
    ...(api === undefined ? [] : [{ name: 'supergraph', schema: api, documents: documentsIn(/^(subgraphs|bffs)\/[^/]+\/operations$/) }]),
    ...devices.flatMap((device) => {
      const schema = schemaOf(['bffs/device/schema.graphql', `bffs/${device}/schema.graphql`], parsed, faults)
      return schema === undefined
        ? []
        : [{ name: device, schema, documents: documentsIn(new RegExp(`^bffs/(device|${device})/documents$`)) }]
    }),
  ]
  return { contracts, faults }
}

type Parsed = ReadonlyMap<string, DocumentNode>

const composed = (parsed: Parsed, faults: GraphQLError[]): GraphQLSchema | undefined => {
  const services = [...parsed].flatMap(([path, typeDefs]) => {
    const name = /^subgraphs\/([^/]+)\/schema\.graphql$/.exec(path)?.[1]
    return name === undefined ? [] : [{ name, url: `in-process://${name}`, typeDefs }]
  })
  const result = composeServices(services)
  if (result.errors === undefined) return result.schema.toAPISchema().toGraphQLJSSchema()
  faults.push(...result.errors)
  return undefined
}

const schemaOf = (paths: readonly string[], parsed: Parsed, faults: GraphQLError[]): GraphQLSchema | undefined => {
  const definitions = paths.flatMap((path): readonly DefinitionNode[] => parsed.get(path)?.definitions ?? [])
  try {
    return buildASTSchema({ kind: Kind.DOCUMENT, definitions })
  } catch (error) {
    faults.push(error instanceof GraphQLError ? error : new GraphQLError(error instanceof Error ? error.message : String(error)))
    return undefined
  }
}

/** A document and the fragments it spreads, directly or through others: each from `fragments/` beside it. */
const withFragments = (own: DocumentNode, file: string, parsed: Parsed): DocumentNode => {
  const found = new Map<string, FragmentDefinitionNode>()
  const add = (document: DocumentNode): void => {
    for (const definition of document.definitions)
      if (definition.kind === Kind.FRAGMENT_DEFINITION) found.set(definition.name.value, definition)
    visit(document, {
      FragmentSpread: ({ name: { value } }) => {
        const other = parsed.get(`${folderOf(file)}/fragments/${value}.graphql`)
        if (!found.has(value) && other !== undefined) add(other)
      },
    })
  }
  add(own)
  const operations = own.definitions.filter(({ kind }) => kind !== Kind.FRAGMENT_DEFINITION)
  return { kind: Kind.DOCUMENT, definitions: [...operations, ...found.values()] }
}
