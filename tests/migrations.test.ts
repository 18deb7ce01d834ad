import assert from 'node:assert/strict'
import { test } from 'node:test'
import { createClient } from '#platform/postgres/connections.ts'
import { noFilters, openSchemaEngine } from '#platform/postgres/schema-engine.ts'
import { copyDatabase } from './boot.ts'

/** Applies one migration, and gives what is left in the database of the tables that begin with `script_`. */
const applied = async (url: string, name: string, value: string): Promise<{ readonly hasFailed: boolean; readonly tables: number }> => {
  await using engine = await openSchemaEngine(url)
  const migrationsList = {
    ...{ baseDir: '', shadowDbInitScript: '', lockfile: { path: 'migration_lock.toml', content: 'provider = "postgresql"\n' } },
    migrationDirectories: [{ path: name, migrationFile: { path: 'migration.sql', content: { tag: 'ok' as const, value } } }],
  }
  const hasFailed = await engine.applyMigrations({ migrationsList, filters: noFilters }).then(
    () => false,
    () => true,
  )
  const client = createClient({ connectionString: url })
  await client.connect()
  try {
    const { rows } = await client.query<{ tables: number }>(
      `select count(*)::int as tables from pg_tables where schemaname = 'profile' and tablename like 'script\\_%'`,
    )
    return { hasFailed, tables: rows[0]?.tables ?? -1 }
  } finally {
    await client.end()
  }
}

test('a semicolon in a migration ends a statement only where SQL says so: not in functions, texts and comments', async () => {
  await using database = await copyDatabase()
  const script = `-- one; two
    create table profile.script_a (text text default 'a;b');
    do $$ begin create table profile.script_b (id int); create table profile.script_c (id int); end $$;`
  assert.deepEqual(await applied(database.url, '29990101000000_whole', script), { hasFailed: false, tables: 3 })
})

test('a migration that fails leaves nothing of itself', async () => {
  await using database = await copyDatabase()
  const script = 'create table profile.script_a (id int); create table profile.script_b (id no_such_type);'
  assert.deepEqual(await applied(database.url, '29990101000000_half', script), { hasFailed: true, tables: 0 })
})
