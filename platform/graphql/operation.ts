import { readFileSync } from 'node:fs'
import { dirname } from 'node:path'
import { fileURLToPath } from 'node:url'
import { GraphQLError } from 'graphql'
import type { Caller } from '#platform/contracts/viewer.ts'
import { CinegraphError, errorTable, isCallersFault } from '#platform/errors/errors.ts'
import type { ExecuteGraphql, GraphqlError } from '#platform/graphql/execute.ts'
import { withFragments } from '#platform/graphql/fragments.ts'

/** An operation of a `.graphql` file with the types that codegen made for it. */
export type Operation<D, V> = { readonly text: string; readonly types?: (variables: V) => D }

/** Reads the operation in `file`, beside the module at `here` (its `import.meta.url`), with the fragments that it spreads. */
export const operation = <D, V>(file: string, here: string): Operation<D, V> => {
  const path = fileURLToPath(new URL(file, here))
  return { text: withFragments(readFileSync(path, 'utf8'), dirname(path)) }
}

export type Answer<D> = { readonly data: D | null; readonly errors: readonly GraphqlError[] }
/** Asks the supergraph on behalf of a caller. */
export type Ask = <D, V extends Readonly<Record<string, unknown>>>(operation: Operation<D, V>, variables: V) => Promise<Answer<D>>

export const askWith =
  (execute: ExecuteGraphql, caller: Caller): Ask =>
  async <D, V extends Readonly<Record<string, unknown>>>({ text }: Operation<D, V>, variables: V) => {
    const { data = null, errors = [] } = await execute({ query: text, variables }, caller)
    return { data: data as D | null, errors }
  }

/** The data of an answer that is of no use when part of it failed. Throws SUBGRAPH_UNAVAILABLE, or the error as it came when it is the caller's own. */
export const dataOrThrow = <D>({ data, errors }: Answer<D>): D => {
  const first = errors[0]
  // NOTE: what our own processes ask needs no more than a member who is signed in; the token has just run out, or its session ended.
  if (first?.extensions?.code === errorTable.FIELD_DENIED.graphql) throw new CinegraphError('UNAUTHENTICATED')
  const refusal = first && new GraphQLError(first.message, { path: first.path ?? null, extensions: { ...first.extensions } })
  if (isCallersFault(refusal)) throw refusal
  if (data === null || first !== undefined)
    throw new CinegraphError('SUBGRAPH_UNAVAILABLE', { name: String(first?.path?.[0] ?? 'supergraph'), why: first?.message ?? 'no data' })
  return data
}
