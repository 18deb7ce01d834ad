import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { subgraphNames } from '#platform/settings/subgraphs.ts'

const home = join(import.meta.dirname, '..', '..')

export type SchemaFile = { readonly path: string; readonly content: string }

/** The Prisma schema: `prisma/base.prisma`, with one PostgreSQL schema per subgraph, and the tables of each subgraph. */
export const schemaFiles = async (): Promise<readonly SchemaFile[]> => {
  const base = await readFile(join(home, 'prisma', 'base.prisma'), 'utf8')
  const owners = subgraphNames.map((name) => `"${name}"`).join(', ')
  const tables = subgraphNames.map(async (name) => ({
    path: `${name}.prisma`,
    content: await readFile(join(home, 'subgraphs', name, 'tables.prisma'), 'utf8'),
  }))
  return [{ path: 'base.prisma', content: base.replace('schemas  = []', `schemas  = [${owners}]`) }, ...(await Promise.all(tables))]
}
