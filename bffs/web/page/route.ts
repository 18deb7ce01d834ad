const decoded = (part: string): string => {
  try {
    return decodeURIComponent(part)
  } catch {
    // NOTE: `%` alone, or half an escape, is what somebody typed; it stands for itself.
    return part
  }
}

/** The view that the address bar names: `#/title/t-0001` is `['title', 't-0001']`. Never throws, whatever was typed. */
export const routeOf = (hash: string): readonly string[] =>
  hash
    .replace(/^#\/?/, '')
    .split('/')
    .map(decoded)
    .filter((part) => part !== '')

/** The address of a view; `routeOf` gives its parts back. */
export const hashOf = (parts: readonly string[]): string => `#/${parts.map((part) => encodeURIComponent(part.toWellFormed())).join('/')}`
