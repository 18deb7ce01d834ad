import {
  type ConstDirectiveNode,
  type DefinitionNode,
  type DirectiveNode,
  type DocumentNode,
  GraphQLError,
  Kind,
  parse,
  type StringValueNode,
} from 'graphql'
import { CinegraphError, messageOf } from '#platform/errors/errors.ts'

/** A composed supergraph (https://specs.apollo.dev/join/v0.3), read but not yet filtered for its users. */
export type SupergraphDocument = {
  readonly document: DocumentNode
  /** By the subgraph's name as composed: the URL it was published with and its value of the `join__Graph` enum. */
  readonly subgraphs: ReadonlyMap<string, { readonly graph: string; readonly url: string }>
  /** What a directive of a specification is called in this document, which can rename it. */
  readonly nameOf: (specification: SpecificationName) => string
  /** Whether a definition or directive of this name belongs to a specification and not to the users' schema. */
  readonly isMachinery: (name: string) => boolean
}
export type SpecificationName = 'inaccessible' | 'tag' | 'authenticated' | 'requiresScopes' | 'policy' | 'cost' | 'listSize'

type Link = { readonly name: string; readonly prefix: string; readonly imports: ReadonlyMap<string, string> }

/** The string argument of a directive; undefined when it is absent. */
export const stringArgument = (directive: DirectiveNode, name: string): string | undefined => {
  const value = directive.arguments?.find((argument) => argument.name.value === name)?.value
  return value?.kind === Kind.STRING || value?.kind === Kind.ENUM ? value.value : undefined
}

/** `@link` of https://specs.apollo.dev/link/v1.0: `url`, `as`, and `import` with or without renaming. */
const readLink = (directive: ConstDirectiveNode): Link => {
  const url = stringArgument(directive, 'url') ?? ''
  const name = /\/([^/]+)\/v[\d.]+\/?$/.exec(url)?.[1] ?? url
  const listed = directive.arguments?.find((argument) => argument.name.value === 'import')?.value
  const imports = (listed?.kind === Kind.LIST ? listed.values : []).map((item): readonly [string, string] => {
    if (item.kind === Kind.STRING) return [bare(item.value), bare(item.value)]
    const fields = new Map(
      (item.kind === Kind.OBJECT ? item.fields : []).map((field) => [field.name.value, (field.value as StringValueNode).value]),
    )
    const original = bare(fields.get('name') ?? '')
    return [original, bare(fields.get('as') ?? original)]
  })
  return { name, prefix: stringArgument(directive, 'as') ?? name, imports: new Map(imports) }
}

const bare = (name: string): string => name.replace(/^@/, '')

/** Reads the text of a composed supergraph. Throws SUPERGRAPH_INVALID when it is not one, saying what to do. */
export const readSupergraph = (sdl: string): SupergraphDocument => {
  const document = parseSdl(sdl)
  const links = document.definitions
    .filter((node) => node.kind === Kind.SCHEMA_DEFINITION || node.kind === Kind.SCHEMA_EXTENSION)
    .flatMap((node) => node.directives ?? [])
    .filter((directive) => ['link', 'core'].includes(directive.name.value) && stringArgument(directive, 'url') !== undefined)
    .map(readLink)
  const graphs = document.definitions.find((node) => node.kind === Kind.ENUM_TYPE_DEFINITION && node.name.value === 'join__Graph')
  if (graphs?.kind !== Kind.ENUM_TYPE_DEFINITION)
    throw new CinegraphError('SUPERGRAPH_INVALID', { why: 'it has no enum join__Graph, so it was not made by composition' })
  const subgraphs = new Map(
    (graphs.values ?? []).flatMap((value) => {
      const graph = value.directives?.find((directive) => directive.name.value === 'join__graph')
      const name = graph === undefined ? undefined : stringArgument(graph, 'name')
      return graph === undefined || name === undefined ? [] : [[name, { graph: value.name.value, url: stringArgument(graph, 'url') ?? '' }]]
    }),
  )
  const machinery = machineryOf(document.definitions, links)
  return { document, subgraphs, nameOf: (specification) => localName(links, specification), isMachinery: machinery }
}

const parseSdl = (sdl: string): DocumentNode => {
  try {
    return parse(sdl, { noLocation: true })
  } catch (error) {
    const at = error instanceof GraphQLError ? error.locations?.[0] : undefined
    const where = at === undefined ? '' : ` at line ${at.line}, column ${at.column}`
    throw new CinegraphError('SUPERGRAPH_INVALID', { why: `${messageOf(error)}${where}` }, error)
  }
}

const localName = (links: readonly Link[], specification: SpecificationName): string => {
  for (const link of links) {
    const imported = link.imports.get(specification)
    if (imported !== undefined) return imported
    if (link.name === specification) return link.prefix
  }
  return specification
}

/** Specifications whose definitions stay with the gateway; `@tag` too is nobody's business outside. */
const machineryOf = (definitions: readonly DefinitionNode[], links: readonly Link[]) => {
  const prefixes = links.map((link) => `${link.prefix}__`)
  const names = new Set(links.flatMap((link) => [link.prefix, ...link.imports.values()]))
  for (const node of definitions) {
    if (!('name' in node) || node.name === undefined) continue
    if (prefixes.some((prefix) => node.name?.value.startsWith(prefix))) names.add(node.name.value)
  }
  return (name: string): boolean => names.has(name) || name.startsWith('join__') || name.startsWith('link__') || name.startsWith('core__')
}
