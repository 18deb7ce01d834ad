/** How long an answer may be kept, for whom, and under which tags it can be forgotten (RFC 9111, section 5.2.2). */
export type Caching = { readonly maxAgeSeconds: number; readonly isPrivate: boolean; readonly tags: readonly string[] }

/** What may not be kept. */
export const uncacheable: Caching = { maxAgeSeconds: 0, isPrivate: true, tags: [] }

/** An answer made of several is kept as long as its shortest-lived part, and is private when one of them is. */
export const together = (parts: readonly Caching[]): Caching =>
  parts.length === 0
    ? uncacheable
    : {
        maxAgeSeconds: Math.min(...parts.map(({ maxAgeSeconds }) => maxAgeSeconds)),
        isPrivate: parts.some(({ isPrivate }) => isPrivate),
        tags: [...new Set(parts.flatMap(({ tags }) => tags))],
      }

/** `Cache-Control` of an answer; undefined for one that nobody may keep. What a caller's claims opened is only for that caller. */
export const cacheControlOf = ({ maxAgeSeconds, isPrivate }: Caching, hasClaims: boolean): string | undefined =>
  maxAgeSeconds <= 0 ? undefined : `max-age=${Math.floor(maxAgeSeconds)}, ${isPrivate || hasClaims ? 'private' : 'public'}`

type Headers = Readonly<Record<string, string | string[] | undefined>>
const one = (value: string | string[] | undefined): string => (Array.isArray(value) ? value.join(',') : (value ?? ''))

/** Directives of `Cache-Control` by name, in lower case; of several with one name the strictest number. */
const directivesOf = (text: string): ReadonlyMap<string, string> => {
  const found = new Map<string, string>()
  for (const [, name = '', quoted, bare] of text.matchAll(/([\w-]+)(?:\s*=\s*(?:"([^"]*)"|([^\s,;]*)))?/g)) {
    const value = quoted ?? bare ?? ''
    const before = found.get(name.toLowerCase())
    found.set(name.toLowerCase(), before === undefined || seconds(value) < seconds(before) ? value : before)
  }
  return found
}

/** RFC 9111, section 1.2.2; what is no number of seconds makes an answer stale (section 4.2.1). */
const seconds = (value: string): number => (/^\d+$/.test(value) ? Number(value) : 0)

/** What an answer was an answer to. */
export type Asked = {
  /** Whether the request carried something that only its sender has: `Authorization`, a cookie or a token of its own header. */
  readonly hasCredentials: boolean
  /** Whether requests of different callers can differ in a header (lower case). */
  readonly canDiffer: (header: string) => boolean
}

/**
 * How long an answer may be kept, and for whom: RFC 9111, sections 3, 3.5, 4.1 and 5.2.2. An answer to a request with credentials is one
 * caller's own unless it says otherwise, and so is one that varies by a header in which callers can differ. Tags are read from
 * `Cache-Tag` or `Surrogate-Key`. Without a lifetime nothing is kept; qualified forms of directives count as unqualified.
 */
export const cachingOf = (headers: Headers, { hasCredentials, canDiffer }: Asked): Caching => {
  const directives = directivesOf(one(headers['cache-control']))
  const varies = one(headers.vary)
    .toLowerCase()
    .split(',')
    .map((name) => name.trim())
  if (directives.has('no-store') || directives.has('no-cache') || varies.includes('*') || varies.some(isOfTracing)) return uncacheable
  const isShareable = !hasCredentials || ['public', 's-maxage', 'must-revalidate'].some((name) => directives.has(name))
  const isPrivate = directives.has('private') || !isShareable || varies.some(canDiffer)
  const lifetime = (isPrivate ? undefined : directives.get('s-maxage')) ?? directives.get('max-age')
  const maxAgeSeconds = lifetime === undefined ? 0 : seconds(lifetime) - seconds(one(headers.age))
  if (maxAgeSeconds <= 0) return uncacheable
  const tags = `${one(headers['cache-tag'])},${one(headers['surrogate-key']).replaceAll(' ', ',')}`.split(',').map((tag) => tag.trim())
  return { maxAgeSeconds, isPrivate, tags: tags.filter((tag) => tag !== '') }
}

/** Headers that differ for each request. */
const isOfTracing = (header: string): boolean => /^(traceparent|tracestate|b3|x-b3-.*)$/.test(header)

/** What a client allows of caches (RFC 9111, section 5.2.1). */
export const allowedBy = (headers: Headers): { readonly mayFind: boolean; readonly mayKeep: boolean } => {
  const directives = directivesOf(one(headers['cache-control'] ?? headers.pragma))
  const wantsFresh = directives.has('no-cache') || (directives.has('max-age') && seconds(directives.get('max-age') ?? '') === 0)
  return { mayFind: !wantsFresh, mayKeep: !directives.has('no-store') }
}
