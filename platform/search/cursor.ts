import { CinegraphError } from '#platform/errors/errors.ts'

/** Where a page of a search ends: results are in the order of falling scores, equal ones in the order of their ids. */
export type SearchCursor = { readonly score: number; readonly id: string }

export const writeCursor = ({ score, id }: SearchCursor): string => Buffer.from(JSON.stringify([score, id])).toString('base64url')

/** Throws INPUT_INVALID for a text that `writeCursor` did not make. */
export const readCursor = (cursor: string): SearchCursor => {
  try {
    const read: unknown = JSON.parse(Buffer.from(cursor, 'base64url').toString('utf8'))
    if (Array.isArray(read) && typeof read[0] === 'number' && typeof read[1] === 'string') return { score: read[0], id: read[1] }
  } catch {
    // NOTE: what is no JSON is no cursor either.
  }
  throw new CinegraphError('INPUT_INVALID', { name: '`after`', why: 'is not a cursor of this search' })
}
