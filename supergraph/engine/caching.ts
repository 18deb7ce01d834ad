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

/** `Cache-Control` of an answer; undefined for one that nobody may keep. */
export const cacheControlOf = ({ maxAgeSeconds, isPrivate }: Caching): string | undefined =>
  maxAgeSeconds <= 0 ? undefined : `max-age=${Math.floor(maxAgeSeconds)}, ${isPrivate ? 'private' : 'public'}`

type Headers = Readonly<Record<string, string | string[] | undefined>>
const one = (value: string | string[] | undefined): string => (Array.isArray(value) ? value.join(',') : (value ?? ''))

/** Reads `Cache-Control`, and tags from `Cache-Tag` or `Surrogate-Key`. Without `max-age` nothing is kept. */
export const cachingOf = (headers: Headers): Caching => {
  const control = one(headers['cache-control']).toLowerCase()
  const age = /(?:^|[\s,])(?:s-maxage|max-age)=(\d+)/.exec(control)?.[1]
  if (age === undefined || /no-store|no-cache/.test(control)) return uncacheable
  const tags = `${one(headers['cache-tag'])},${one(headers['surrogate-key']).replaceAll(' ', ',')}`.split(',').map((tag) => tag.trim())
  return { maxAgeSeconds: Number(age), isPrivate: /\bprivate\b/.test(control), tags: tags.filter((tag) => tag !== '') }
}
