import { createHash } from 'node:crypto'
import { readFile } from 'node:fs/promises'
import { LRUCache } from 'lru-cache'
import { z } from 'zod'
import { CinegraphError, messageOf } from '#platform/errors/errors.ts'
import type { GatewaySettings } from './settings.ts'

/** A request as it comes: its text can be missing when its hash or document id is known. */
export type AskedDocument = { readonly query?: string | undefined; readonly documentId?: string | undefined; readonly extensions?: unknown }
export type Refused = { readonly refusal: string; readonly code: string }
export type Documents = (asked: AskedDocument) => { readonly query: string } | Refused

const Persisted = z.object({ persistedQuery: z.object({ version: z.literal(1), sha256Hash: z.string() }) })
/** Apollo's manifest (https://www.apollographql.com/docs/graphos/platform/security/persisted-queries), or texts by id, as Relay's compiler writes them. */
const Manifest = z
  .object({ format: z.literal('apollo-persisted-query-manifest'), operations: z.array(z.object({ id: z.string(), body: z.string() })) })
  .transform(({ operations }) => Object.fromEntries(operations.map(({ id, body }) => [id, body])))
const Listed = z.union([Manifest, z.record(z.string(), z.string())])
const hashOf = (text: string): string => createHash('sha256').update(text).digest('hex')
const noQuery: Refused = { refusal: 'The request has no query.', code: 'BAD_REQUEST' }
const persistedBytesMax = 8 * 1024 * 1024

/**
 * Trusted documents (a file in Apollo's or Relay's format, or texts by SHA-256), and automatic persisted queries as Apollo clients send them.
 * Throws GATEWAY_OPTION when the file cannot be read.
 */
export const openDocuments = async ({ trustedDocuments, persistedQueries }: GatewaySettings): Promise<Documents> => {
  const trusted = trustedDocuments === undefined ? new Map<string, string>() : await readTrusted(trustedDocuments.file)
  const texts = new Set(trusted.values())
  const persisted = new LRUCache<string, string>({ maxSize: persistedBytesMax, sizeCalculation: (text) => text.length + 64 })
  return ({ query, documentId, extensions }) => {
    const hash = Persisted.safeParse(extensions).data?.persistedQuery.sha256Hash
    const known = trusted.get(documentId ?? hash ?? '')
    if (known !== undefined) return { query: known }
    if (trustedDocuments?.only && !texts.has(query ?? ''))
      return { refusal: 'Only trusted documents are answered here. Register the operation first.', code: 'DOCUMENT_NOT_TRUSTED' }
    if (query === undefined) {
      const remembered = persistedQueries && hash !== undefined ? persisted.get(hash) : undefined
      if (remembered !== undefined) return { query: remembered }
      return hash === undefined ? noQuery : { refusal: 'PersistedQueryNotFound', code: 'PERSISTED_QUERY_NOT_FOUND' }
    }
    if (hash === undefined || !persistedQueries) return { query }
    if (hashOf(query) !== hash) return { refusal: 'provided sha does not match query', code: 'BAD_REQUEST' }
    persisted.set(hash, query)
    return { query }
  }
}

/** Without trusted or persisted documents. */
export const anyDocument: Documents = ({ query }) => (query === undefined ? noQuery : { query })

const readTrusted = async (file: string): Promise<ReadonlyMap<string, string>> => {
  try {
    const texts = Listed.parse(JSON.parse(await readFile(file, 'utf8')))
    return new Map(Object.entries(texts).flatMap(([id, text]) => [[id, text] as const, [hashOf(text), text] as const]))
  } catch (error) {
    throw new CinegraphError('GATEWAY_OPTION', { name: 'trustedDocuments.file', why: messageOf(error) }, error)
  }
}
