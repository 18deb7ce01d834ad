import type { IncomingHttpHeaders } from 'node:http'
import { combineRanges, parse } from 'range-parser'
import { CinegraphError } from '#platform/errors/errors.ts'
import type { ByteRange } from '#platform/ports/object-store.ts'

export type Asked = { readonly method: string; readonly headers: IncomingHttpHeaders }
/** What is known of the object that a request names. `lastModified` is an HTTP date. */
export type Selected = { readonly etag: string; readonly lastModified: string; readonly bytes: number }
export type Decision = { readonly status: 200 | 304 | 412 } | { readonly status: 206; readonly range: ByteRange }

/**
 * How a GET or HEAD is answered, by its preconditions in the order of RFC 9110, section 13.2.2. Throws RANGE_INVALID for a
 * range beyond the object.
 */
export const decide = ({ method, headers }: Asked, selected: Selected): Decision => {
  if (isPreconditionFailed(headers, selected)) return { status: 412 }
  if (isUnchanged(headers, selected)) return { status: 304 }
  const range = method === 'GET' && isRangeCurrent(headers['if-range'], selected) ? readRange(headers.range, selected.bytes) : null
  return range === null ? { status: 200 } : { status: 206, range }
}

const entityTags = (list: string): readonly string[] => list.match(/(?:W\/)?"[^"]*"/g) ?? []
const isLater = (date: string, than: string): boolean => Date.parse(date) > Date.parse(than)

/** NOTE: `If-Match` and `If-Range` compare strongly (section 8.8.3.2): a weak tag never matches. */
const isPreconditionFailed = (headers: IncomingHttpHeaders, { etag, lastModified }: Selected): boolean => {
  const match = headers['if-match']
  if (match !== undefined) return match.trim() !== '*' && !entityTags(match).includes(etag)
  const unmodifiedSince = headers['if-unmodified-since']
  return unmodifiedSince !== undefined && isLater(lastModified, unmodifiedSince)
}

/**
 * NOTE: a request's `Cache-Control: no-cache`, which `fetch` adds to every conditional request, is for caches: it asks for
 * validation, and 304 is the answer to that.
 */
const isUnchanged = (headers: IncomingHttpHeaders, { etag, lastModified }: Selected): boolean => {
  const noneMatch = headers['if-none-match']
  if (noneMatch !== undefined) return noneMatch.trim() === '*' || entityTags(noneMatch).some((tag) => tag.replace(/^W\//, '') === etag)
  const since = headers['if-modified-since']
  return since !== undefined && Date.parse(lastModified) <= Date.parse(since)
}

/** Whether a range may be sent, or the object has changed since its first part was (section 13.1.5). */
const isRangeCurrent = (condition: string | string[] | undefined, { etag, lastModified }: Selected): boolean =>
  condition === undefined || condition === etag || (condition === lastModified && lastModified !== '')

/**
 * The one range that a `Range` header asks for, null when all of the object is to be sent: without a header, for one that
 * does not parse, and for several ranges that do not make one (section 14.2 lets a server ignore these). Throws RANGE_INVALID.
 */
export const readRange = (header: string | undefined, bytes: number): ByteRange | null => {
  const { type, ranges, code } = parse(bytes, header ?? '')
  const isMalformed = (code & 1) === 1
  if (header === undefined || type !== 'bytes' || isMalformed) return null
  const [range, ...more] = combineRanges(ranges)
  if (range === undefined) throw new CinegraphError('RANGE_INVALID', { size: bytes })
  return more.length === 0 ? { start: range.start, end: range.end } : null
}
