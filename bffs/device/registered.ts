import { createHash } from 'node:crypto'
import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { z } from 'zod'
import { CinegraphError, messageOf } from '#platform/errors/errors.ts'
import { readDocuments } from './documents.ts'

/**
 * The operations of a front-end that is kept elsewhere, in Apollo's format:
 * https://www.apollographql.com/docs/graphos/platform/security/persisted-queries
 */
export const Manifest = z.object({
  format: z.literal('apollo-persisted-query-manifest'),
  version: z.literal(1),
  operations: z.array(
    z.object({ id: z.string(), name: z.string(), type: z.enum(['query', 'mutation', 'subscription']), body: z.string() }),
  ),
})
export type Manifest = z.infer<typeof Manifest>

export const emptyManifest: Manifest = { format: 'apollo-persisted-query-manifest', version: 1, operations: [] }
export const manifestFile = 'registered.json'
export const sha256 = (text: string): string => createHash('sha256').update(text).digest('hex')

/** What front-ends have registered with a device. Throws CONFIG_INVALID for a file that is none of `npm run bff:register`. */
export const readManifest = (home: string): Manifest => {
  const file = join(home, manifestFile)
  if (!existsSync(file)) return emptyManifest
  try {
    return Manifest.parse(JSON.parse(readFileSync(file, 'utf8')))
  } catch (error) {
    throw new CinegraphError('INPUT_INVALID', { name: manifestFile, why: `cannot be read: ${messageOf(error)}` }, error)
  }
}

/** How a request names what it asks: by its text, by an id, or by the hash that Apollo's clients send. */
export type Named = { readonly query?: unknown; readonly documentId?: unknown; readonly extensions?: unknown }
export type FindDocument = (named: Named) => { readonly query: string } | { readonly refusal: CinegraphError }
export type Registered = {
  /** Every text that is registered, by its id. */
  readonly texts: ReadonlyMap<string, string>
  readonly find: FindDocument
}

const Persisted = z.object({ persistedQuery: z.object({ sha256Hash: z.string() }) })

/** The id in a request; with `sha256:` before it, as the GraphQL over HTTP working draft on persisted documents writes it, or without. */
const idIn = ({ documentId, extensions }: Named): string | undefined => {
  const id = typeof documentId === 'string' ? documentId : Persisted.safeParse(extensions).data?.persistedQuery.sha256Hash
  return id?.replace(/^sha256:/, '')
}

/** What a device may be asked by id: its own documents, by name and by hash, and those that front-ends have registered. With `only`, nothing else. */
export const registeredDocuments = (home: string, { only }: { readonly only: boolean }): Registered => {
  const own = readDocuments(home)
  const { operations } = readManifest(home)
  const texts = new Map([...own.values(), ...operations.map(({ body }) => body)].map((text) => [sha256(text), text]))
  for (const { id, body } of operations) texts.set(id, body)
  const find: FindDocument = (named) => {
    const id = idIn(named)
    const known = id === undefined ? undefined : (texts.get(id) ?? own.get(id))
    // NOTE: also when a text came along: a known id must not open the door for another text.
    if (known !== undefined) return { query: known }
    const { query } = named
    if (typeof query !== 'string') return { refusal: new CinegraphError('DOCUMENT_UNKNOWN', { id: id ?? '' }) }
    return only && !texts.has(sha256(query)) ? { refusal: new CinegraphError('DOCUMENT_NOT_REGISTERED') } : { query }
  }
  return { texts, find }
}
