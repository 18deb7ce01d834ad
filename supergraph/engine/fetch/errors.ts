import { CinegraphError, errorTable, extensionsOf, isCinegraphError } from '#platform/errors/errors.ts'
import type { GraphqlError } from '#platform/graphql/execute.ts'
import type { EntityFetch, FetchNode } from '../plan/planner.ts'
import { isTree, type Tree } from '../tree.ts'
import { type IsOneOf, placesOf } from './collect.ts'
import { renamedKey } from './rewrite.ts'

type Path = readonly (string | number)[]
/** The entities of one `_entities` selection, by their index in its list of representations. */
export type Asked = { readonly entity: EntityFetch; readonly groups: readonly (readonly Tree[])[] }
export type Where = { readonly node: FetchNode; readonly root: Tree; readonly asked: readonly Asked[]; readonly isOneOf: IsOneOf }

/** So many places of one failure are named; the rest would only repeat it. */
const placesMax = 20

/**
 * A subgraph's own errors, with its name, under the paths that the client knows. What is no error by the specification is
 * one all the same: `errors` that is no list, entries without a `message` or with a `path` that is none.
 */
export const subgraphErrors = (errors: unknown, where: Where): readonly GraphqlError[] =>
  readErrors(errors, where.node.subgraph).flatMap(({ message, path, extensions }) => {
    const code = typeof extensions?.code === 'string' ? extensions.code : errorTable.SUBGRAPH_ERROR.graphql
    const named = { message, extensions: { ...extensions, code, serviceName: where.node.subgraph } }
    return pathsOf(path, where).map((at) => ({ ...named, ...(at === undefined ? {} : { path: at }) }))
  })

/** The errors when a subgraph does not answer: once for each place that now lacks something. */
export const unavailable = (error: unknown, where: Where): readonly GraphqlError[] => {
  const known = isCinegraphError(error) ? error : new CinegraphError('SUBGRAPH_UNAVAILABLE', { name: where.node.subgraph })
  const extensions = { ...extensionsOf(known.code), serviceName: where.node.subgraph }
  return pathsOf(undefined, where).map((path) => ({ message: known.message, extensions, ...(path === undefined ? {} : { path }) }))
}

const noErrors: readonly GraphqlError[] = []

const readErrors = (errors: unknown, subgraph: string): readonly GraphqlError[] => {
  if (errors === null || errors === undefined) return noErrors
  if (Array.isArray(errors)) return errors.map((error: unknown) => readError(error, subgraph))
  return [readError(errors, subgraph)]
}

const readError = (error: unknown, subgraph: string): GraphqlError => {
  const { message, path, extensions } = isTree(error) ? error : ({} as Tree)
  return {
    message: typeof message === 'string' && message !== '' ? message : `The ${subgraph} service reported an error without a message.`,
    path: isPath(path) ? path : undefined,
    ...(isTree(extensions) ? { extensions } : {}),
  }
}

const isPath = (path: unknown): path is Path =>
  Array.isArray(path) && path.every((step) => typeof step === 'string' || Number.isInteger(step))

const pathsOf = (path: Path | undefined, where: Where): readonly (Path | undefined)[] => {
  const { node, root, asked, isOneOf } = where
  if (node.entities === undefined) {
    const own = path?.map((key) => renamedKey(key, node.rewrites))
    return node.at === undefined ? [own] : placesOf(root, node.at, isOneOf).map(({ path: above }) => [...above, ...(own ?? [])])
  }
  const [alias, index, ...rest] = path ?? []
  const about = asked.find(({ entity }) => entity.alias === alias)
  const group = typeof index === 'number' ? about?.groups[index] : undefined
  // NOTE: an error about an entity that was not asked for is about the whole fetch; it has to reach the client.
  if (about === undefined || group === undefined) return places(root, asked, isOneOf)
  const wanted = new Set(group)
  const suffix = rest.map((key) => renamedKey(key, about.entity.rewrites))
  return about.entity.paths
    .flatMap((to) => placesOf(root, to, isOneOf))
    .filter(({ object }) => wanted.has(object))
    .map((place) => [...place.path, ...suffix])
}

const places = (root: Tree, asked: readonly Asked[], isOneOf: IsOneOf): readonly (Path | undefined)[] => {
  const found = asked.flatMap(({ entity, groups }) => {
    const wanted = new Set(groups.flat())
    return entity.paths.flatMap((to) => placesOf(root, to, isOneOf)).filter(({ object }) => wanted.has(object))
  })
  return found.length === 0 ? [undefined] : found.slice(0, placesMax).map(({ path }) => path)
}
