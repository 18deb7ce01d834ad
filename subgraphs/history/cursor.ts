import { CinegraphError } from '#platform/errors/errors.ts'

/** A place in a list that is sorted by an instant, and by an id among those of one instant. */
export type Place = { readonly at: Date; readonly id: string }

const cursorOf = ({ at, id }: Place): string => Buffer.from(`${at.toISOString()} ${id}`).toString('base64url')

/** Null for the beginning. Throws INPUT_INVALID for what `cursorOf` did not make, of an id that `isId` takes. */
export const decodeCursor = (after: string | null | undefined, isId = (id: string) => !id.includes('\0')): Place | null => {
  if (!after) return null
  const [instant = '', ...rest] = Buffer.from(after, 'base64url').toString('utf8').split(' ')
  const at = new Date(instant)
  const id = rest.join(' ')
  // NOTE: years that JavaScript knows and PostgreSQL does not.
  const isKnown = at.getTime() >= 0 && at.getUTCFullYear() < 10_000
  if (isKnown && id !== '' && isId(id)) return { at, id }
  throw new CinegraphError('INPUT_INVALID', { name: '`after`', why: 'is not a cursor of this list' })
}

type Page<T> = {
  readonly edges: { readonly cursor: string; readonly node: T }[]
  readonly pageInfo: { readonly hasNextPage: boolean; readonly endCursor: string | null }
}

/** A page of `size` from what was found, of which there is one more when it goes on. */
export const connectionOf = <T>(found: readonly T[], size: number, placeOf: (node: T) => Place): Page<T> => {
  const edges = found.slice(0, size).map((node) => ({ cursor: cursorOf(placeOf(node)), node }))
  return { edges, pageInfo: { hasNextPage: found.length > size, endCursor: edges.at(-1)?.cursor ?? null } }
}
