import { mkdir, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { CinegraphError } from '#platform/errors/errors.ts'
import { migrationSql, schemaText, snapshotFile } from '#platform/postgres/migration-sql.ts'
import { scratchPostgres } from '#platform/postgres/scratch.ts'
import { runOnce } from './run-once.ts'

// npm run migration -- NAME: writes the SQL that brings databases from the committed migrations to the tables of the subgraphs.
await runOnce(async () => {
  const [name = ''] = process.argv.slice(2)
  if (!/^[a-z][a-z0-9_]*$/.test(name))
    throw new CinegraphError('INPUT_INVALID', {
      name: 'The name',
      why: 'is missing or not in snake_case: npm run migration -- add_ratings',
    })
  await using server = await scratchPostgres()
  const sql = await migrationSql(server.url('postgres'))
  if (sql === '') throw new CinegraphError('INPUT_INVALID', { name: 'The schema', why: 'has not changed since the last migration' })
  const at = new Date().toISOString().replaceAll(/\D/g, '').slice(0, 14)
  const file = join(dirname(snapshotFile), `${at}_${name}`, 'migration.sql')
  await mkdir(dirname(file))
  await writeFile(file, sql)
  await writeFile(snapshotFile, await schemaText())
  return `Written: prisma/migrations/${at}_${name}/migration.sql. Read it before you commit it: a column that is renamed is one that is dropped and one that is made.`
})
