const patterns: readonly (readonly [RegExp, string])[] = [
  // NOTE: signatures first, or the address within one would break it up.
  [/\beyJ[\w-]+\.[\w-]+\.[\w-]*/g, '‹token›'],
  [/\b(Bearer|Basic) +[\w.~+/=-]+/gi, '$1 ‹token›'],
  [/(:\/\/[^\s:/@]*:)[^\s@/]+@/g, '$1‹password›@'],
  [/[^\s"'`<>(),;:=/@]+@[^\s"'`<>(),;:=/@]+\.[^\s"'`<>(),;:=/@]+/g, '‹address›'],
]

/** A text for a log with access tokens, passwords of addresses, and e-mail addresses taken out. */
export const withoutSecrets = (text: string): string => patterns.reduce((rest, [pattern, mark]) => rest.replace(pattern, mark), text)

/** The same, without anything that stands in quotes: messages of databases and of GraphQL quote the values that they are about. */
export const withoutValues = (text: string): string =>
  withoutSecrets(text.replace(/"(?:[^"\\]|\\.)*"?|`[^`]*`?|(?<!\w)'[^'\n]*'(?!\w)/g, '"…"').replace(/\)=\([^)]*\)/g, ')=(…)'))
