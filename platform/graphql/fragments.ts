import { readFileSync } from 'node:fs'
import { join } from 'node:path'

const spreads = (text: string): readonly string[] => [...text.matchAll(/\.\.\.\s*(?!on\b)([A-Za-z_]\w*)/g)].map(([, name = '']) => name)
const definesFragment = (text: string, name: string): boolean => new RegExp(`\\bfragment\\s+${name}\\b`).test(text)

/**
 * The document with every fragment it spreads, directly or through another fragment. Fragment `X` is read from
 * `fragments/X.graphql` of `folder` unless the document defines it. Throws when a file is missing.
 */
export const withFragments = (document: string, folder: string): string => {
  const missing = spreads(document).find((name) => !definesFragment(document, name))
  if (missing === undefined) return document
  return withFragments(`${document}\n${readFileSync(join(folder, 'fragments', `${missing}.graphql`), 'utf8')}`, folder)
}
