import { CinegraphError } from '#platform/errors/errors.ts'
import type { ByteRange } from '#platform/ports/object-store.ts'

/**
 * The one range that a `Range` header asks for, null when the whole object is to be sent: without a header, for several
 * ranges and for a header that does not parse (RFC 9110 section 14.2 lets a server ignore these). Throws RANGE_INVALID.
 */
export const readRange = (header: string | undefined, size: number): ByteRange | null => {
  const [, from = '', to = ''] = /^bytes=(\d*)-(\d*)$/.exec(header?.trim() ?? '') ?? []
  if (from === '' && to === '') return null
  const start = from === '' ? Math.max(0, size - Number(to)) : Number(from)
  const end = from === '' || to === '' ? size - 1 : Math.min(Number(to), size - 1)
  if (from !== '' && to !== '' && Number(to) < start) return null
  if (start >= size || end < start) throw new CinegraphError('RANGE_INVALID', { size })
  return { start, end }
}
