import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { noFilters, openSchemaEngine } from '#platform/postgres/schema-engine.ts'
import { type SchemaFile, schemaFiles } from '#platform/postgres/schema-files.ts'

/** The schema that the committed migrations make; `npm run migration` compares with it and renews it. */
export const snapshotFile = join(import.meta.dirname, '..', '..', 'prisma', 'migrations', 'schema.prisma')

/** The whole schema, as the files of the subgraphs have it now, in one text. */
export const schemaText = async (): Promise<string> =>
  (await schemaFiles())
    .map(({ content }) => content.trimEnd())
    .join('\n\n')
    .concat('\n')

/**
 * SQL that changes a database from what the committed migrations make to what the schema files say; empty when they say the same.
 * Only the two texts are compared, so what SQL can say and Prisma cannot (partitions, partial indexes) is left as it is. The engine
 * wants a database that answers; it neither reads nor changes it.
 */
export const migrationSql = async (connectionString: string): Promise<string> => {
  const sql = await diffSql(connectionString, [{ path: 'schema.prisma', content: await readFile(snapshotFile, 'utf8') }])
  return /^\s*(create|alter|drop|truncate|insert|update|delete)\b/im.test(sql) ? sql : ''
}

/** SQL that makes, in an empty database, what the schema files say. What the migrations make must equal it. */
export const schemaSql = (connectionString: string): Promise<string> => diffSql(connectionString, null)

const diffSql = async (connectionString: string, before: readonly SchemaFile[] | null): Promise<string> => {
  await using engine = await openSchemaEngine(connectionString)
  const datamodel = (files: readonly SchemaFile[]) => ({ tag: 'schemaDatamodel' as const, files, configDir: '/' })
  const { stdout } = await engine.diff({
    from: before === null ? { tag: 'empty' } : datamodel(before),
    to: datamodel(await schemaFiles()),
    script: true,
    shadowDatabaseUrl: null,
    exitCode: null,
    filters: noFilters,
  })
  return stdout ?? ''
}
