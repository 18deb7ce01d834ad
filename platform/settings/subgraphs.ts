import { existsSync, readdirSync } from 'node:fs'
import { join } from 'node:path'

const home = join(import.meta.dirname, '..', '..', 'subgraphs')

/** Names of the subgraphs: the folders below `subgraphs/` that hold a `subgraph.ts`, in alphabetical order. Nothing else lists them. */
export const subgraphNames: readonly string[] = readdirSync(home)
  .filter((name) => existsSync(join(home, name, 'subgraph.ts')))
  .toSorted()
