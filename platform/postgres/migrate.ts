import { readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { CinegraphError, messageOf } from '#platform/errors/errors.ts'
import { databaseOf, withDatabase } from '#platform/postgres/addresses.ts'
import { createClient, quoteName } from '#platform/postgres/connections.ts'
import { type MigrationsList, noFilters, openSchemaEngine } from '#platform/postgres/schema-engine.ts'

const home = join(import.meta.dirname, '..', '..', 'prisma')

/** Names of the committed migrations, oldest first. */
export const committedMigrationNames = async (): Promise<readonly string[]> =>
  (await readdir(join(home, 'migrations'), { withFileTypes: true }))
    .filter((entry) => entry.isDirectory())
    .map((entry) => entry.name)
    .sort()

/** The committed migrations up to and including the one named `until`, oldest first; all of them without it. */
const committedMigrations = async (until?: string): Promise<MigrationsList> => {
  const folders = await committedMigrationNames()
  const wanted = until === undefined ? folders : folders.filter((name) => name <= until)
  const read = async (name: string) => ({
    path: name,
    migrationFile: {
      path: 'migration.sql',
      content: { tag: 'ok' as const, value: await readFile(join(home, 'migrations', name, 'migration.sql'), 'utf8') },
    },
  })
  return {
    baseDir: join(home, 'migrations'),
    lockfile: { path: 'migration_lock.toml', content: 'provider = "postgresql"\n' },
    shadowDbInitScript: '',
    migrationDirectories: await Promise.all(wanted.map(read)),
  }
}

/** Creates the database when it is absent and applies what it lacks of the committed migrations. Gives their names. */
export const migrateDatabase = async (connectionString: string, until?: string): Promise<readonly string[]> => {
  try {
    await ensureDatabase(connectionString)
    await using engine = await openSchemaEngine(connectionString)
    const { appliedMigrationNames } = await engine.applyMigrations({ migrationsList: await committedMigrations(until), filters: noFilters })
    return appliedMigrationNames
  } catch (error) {
    throw new CinegraphError('DATABASE_UNAVAILABLE', { why: messageOf(error) }, error)
  }
}

const ensureDatabase = async (connectionString: string): Promise<void> => {
  const name = databaseOf(connectionString)
  const client = createClient({ connectionString: withDatabase(connectionString, 'postgres') })
  await client.connect()
  try {
    const { rowCount } = await client.query('select 1 from pg_database where datname = $1', [name])
    if (rowCount === 0) await client.query(`create database ${quoteName(name)}`)
  } finally {
    await client.end()
  }
}
