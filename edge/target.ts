import { type ObjectKey, parseObjectKey } from '#platform/contracts/object-key.ts'

/** What a request to an edge names: an object, and the token that is to open it, null for `/art/…`. */
export type EdgeTarget = { readonly token: string | null; readonly key: ObjectKey }

const absoluteForm = /^https?:\/\/[^/?#]*/i

/**
 * The path of a request target (RFC 9112, section 3.2) in origin form or absolute form, without its query.
 * NOTE: nothing is decoded or resolved. Keys and tokens are spelled in characters that need no encoding, so a path that
 * holds `%`, `\` or a dot segment names nothing.
 */
const pathOf = (target: string): string => target.replace(absoluteForm, '').split('?', 1)[0] ?? ''

/** The object that a request target names; null for one that names none. */
export const readEdgeTarget = (target: string): EdgeTarget | null => {
  const [, first = '', rest = ''] = /^\/([^/]+)\/(.+)$/.exec(pathOf(target)) ?? []
  const isArt = first === 'art'
  const key = parseObjectKey(isArt ? `art/${rest}` : rest)
  return key === null ? null : { token: isArt ? null : first, key }
}

/** The object that an edge asks of the origin by `/objects/<key>`; null for any other request target. */
export const readFillTarget = (target: string): ObjectKey | null => {
  const path = '/objects/'
  return target.startsWith(path) ? parseObjectKey(target.slice(path.length)) : null
}

export const fillTargetOf = (key: ObjectKey): string => `/objects/${key}`
