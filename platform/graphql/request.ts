import { z } from 'zod'
import type { GraphqlRequest } from '#platform/graphql/execute.ts'
import { parseExact } from '#platform/text/exact-json.ts'

export const queryLengthMax = 50_000
const nameLengthMax = 1_000

const Parameters = z.object({
  query: z.string().max(queryLengthMax).nullish(),
  documentId: z.string().max(nameLengthMax).nullish(),
  /** As Relay's network layers name it. */
  doc_id: z.string().max(nameLengthMax).nullish(),
  variables: z.record(z.string(), z.unknown()).nullish(),
  operationName: z.string().max(nameLengthMax).nullish(),
  extensions: z.record(z.string(), z.unknown()).nullish(),
})

/** What a GraphQL request of any origin carries. Its text is absent when the document is named by hash or id. */
export type RequestParameters = Partial<GraphqlRequest> & {
  readonly documentId?: string
  readonly extensions?: Readonly<Record<string, unknown>>
}
export type Unreadable = { readonly why: string }

const notGraphql = (why: string): Unreadable => ({ why: `This is not a GraphQL request: ${why.replaceAll('\n', ' ')}` })

/** The parameters of a request, each of the type that GraphQL over HTTP names; or what is wrong with them. */
export const parseParameters = (value: unknown): { readonly parameters: RequestParameters } | Unreadable => {
  const parsed = Parameters.safeParse(value)
  if (!parsed.success) return notGraphql(z.prettifyError(parsed.error))
  const { query, variables, operationName, extensions } = parsed.data
  const documentId = parsed.data.documentId ?? parsed.data.doc_id
  return {
    parameters: {
      ...(typeof query === 'string' ? { query } : {}),
      ...(documentId ? { documentId } : {}),
      ...(variables ? { variables: ownProperties(variables, value) } : {}),
      ...(operationName ? { operationName } : {}),
      ...(extensions ? { extensions } : {}),
    },
  }
}

/** A GraphQL request of any origin, checked; or what is wrong with it. */
export const parseRequest = (value: unknown): { readonly request: GraphqlRequest } | Unreadable => {
  const read = parseParameters(value)
  if ('why' in read) return read
  const { query, variables, operationName } = read.parameters
  if (query === undefined) return notGraphql('`query` has to be a string')
  return { request: { query, ...(variables ? { variables } : {}), ...(operationName ? { operationName } : {}) } }
}

/** JSON that came as text in an address; what cannot be read becomes a value that fits nowhere. */
export const readJson = (text: unknown): unknown => {
  if (typeof text !== 'string') return text
  try {
    return parseExact(text)
  } catch {
    return Number.NaN
  }
}

/** NOTE: the copy that zod makes has lost a variable named `__proto__`. */
const ownProperties = (copy: Readonly<Record<string, unknown>>, value: unknown): Readonly<Record<string, unknown>> => {
  const given = typeof value === 'object' && value !== null && 'variables' in value ? value.variables : undefined
  return typeof given === 'object' && given !== null ? (given as Readonly<Record<string, unknown>>) : copy
}
