import { readdir, readFile } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { join } from 'node:path'
import { PrismaPg } from '@prisma/adapter-pg'
import { bindMigrationAwareSqlAdapterFactory } from '@prisma/driver-adapter-utils'
import { CinegraphError, messageOf } from '#platform/errors/errors.ts'
import { createClient, openPool, quoteName } from '#platform/postgres/connections.ts'

const requireFrom = createRequire(import.meta.url)
const home = join(import.meta.dirname, '..', '..', 'prisma')

type Content = { readonly tag: 'ok'; readonly value: string }
type MigrationsList = {
  readonly baseDir: string
  readonly lockfile: { readonly path: string; readonly content: string }
  readonly shadowDbInitScript: string
  readonly migrationDirectories: readonly {
    readonly path: string
    readonly migrationFile: { readonly path: string; readonly content: Content }
  }[]
}
type Filters = { readonly externalTables: readonly string[]; readonly externalEnums: readonly string[] }
type Diff = {
  readonly from: { readonly tag: 'empty' }
  readonly to: {
    readonly tag: 'schemaDatamodel'
    readonly files: readonly { readonly path: string; readonly content: string }[]
    readonly configDir: string
  }
  readonly script: boolean
  readonly shadowDatabaseUrl: string | null
  readonly exitCode: boolean | null
  readonly filters: Filters
}
type SchemaEngine = {
  readonly applyMigrations: (input: {
    migrationsList: MigrationsList
    filters: Filters
  }) => Promise<{ appliedMigrationNames: readonly string[] }>
  readonly diff: (input: Diff) => Promise<{ readonly stdout?: string | null; readonly exitCode: number }>
}
type EngineModule = {
  readonly __wbg_set_wasm: (exports: WebAssembly.Exports) => void
  readonly SchemaEngine: { readonly new: (options: object, log: (line: string) => void, adapter: object) => Promise<SchemaEngine> }
}

const noFilters: Filters = { externalTables: [], externalEnums: [] }

let loaded: Promise<EngineModule> | undefined

/** NOTE: once per process; a second instance would read the memory of the first. */
const loadEngine = (): Promise<EngineModule> => {
  loaded ??= (async () => {
    const script = requireFrom.resolve('@prisma/schema-engine-wasm/schema_engine_bg')
    const engine = (await import(script)) as EngineModule
    const { instance } = await WebAssembly.instantiate(await readFile(script.replace(/\.js$/, '.wasm')), {
      './schema_engine_bg.js': engine as never,
    })
    engine.__wbg_set_wasm(instance.exports)
    const start = instance.exports.__wbindgen_start as () => void
    start()
    return engine
  })()
  return loaded
}

/** Prisma's schema engine, compiled to WebAssembly, on the database at `connectionString`. */
const openSchemaEngine = async (connectionString: string): Promise<SchemaEngine & AsyncDisposable> => {
  const { SchemaEngine } = await loadEngine()
  // NOTE: the pool is ours, because the engine never closes its own, and an advisory lock lives as long as its connection.
  const pool = openPool({ connectionString, query_timeout: 0 })
  const datamodels = (await schemaFiles()).map(({ path, content }) => [path, content])
  const engine = await SchemaEngine.new({ datamodels }, () => undefined, bindMigrationAwareSqlAdapterFactory(new PrismaPg(pool)))
  return {
    applyMigrations: (input) => engine.applyMigrations(input),
    diff: (input) => engine.diff(input),
    [Symbol.asyncDispose]: () => pool.end(),
  }
}

const schemaFiles = async (): Promise<readonly { readonly path: string; readonly content: string }[]> => {
  const names = (await readdir(home)).filter((name) => name.endsWith('.prisma')).sort()
  return Promise.all(names.map(async (name) => ({ path: name, content: await readFile(join(home, name), 'utf8') })))
}

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

/** SQL that makes, in an empty database, what the schema files say. What the migrations make must equal it. */
export const schemaSql = async (connectionString: string): Promise<string> => {
  await using engine = await openSchemaEngine(connectionString)
  const to = { tag: 'schemaDatamodel' as const, files: await schemaFiles(), configDir: home }
  const { stdout } = await engine.diff({
    from: { tag: 'empty' },
    to,
    script: true,
    shadowDatabaseUrl: null,
    exitCode: null,
    filters: noFilters,
  })
  return stdout ?? ''
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
  const target = new URL(connectionString)
  const name = target.pathname.slice(1)
  target.pathname = '/postgres'
  const client = createClient({ connectionString: target.href })
  await client.connect()
  try {
    const { rowCount } = await client.query('select 1 from pg_database where datname = $1', [name])
    if (rowCount === 0) await client.query(`create database ${quoteName(name)}`)
  } finally {
    await client.end()
  }
}
