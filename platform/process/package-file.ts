import { existsSync } from 'node:fs'
import { createRequire } from 'node:module'
import { join } from 'node:path'

const requireFrom = createRequire(import.meta.url)

/**
 * Where a file of an installed package lies: `react/umd/react.production.min.js`. Looked for beside its manifest,
 * because packages do not export every file that they ship. Throws when it is not installed.
 */
export const packageFile = (file: string): string => {
  const folders = requireFrom.resolve.paths(file) ?? []
  const found = folders.map((folder) => join(folder, file)).find(existsSync)
  if (found === undefined) throw new Error(`${file} is not installed`)
  return found
}
