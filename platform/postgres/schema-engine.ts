import { readFile } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { PrismaPg } from '@prisma/adapter-pg'
import { bindMigrationAwareSqlAdapterFactory } from '@prisma/driver-adapter-utils'
import { openPool } from '#platform/postgres/connections.ts'
import { type SchemaFile, schemaFiles } from '#platform/postgres/schema-files.ts'

const requireFrom = createRequire(import.meta.url)

type Content = { readonly tag: 'ok'; readonly value: string }
export type MigrationsList = {
  readonly baseDir: string
  readonly lockfile: { readonly path: string; readonly content: string }
  readonly shadowDbInitScript: string
  readonly migrationDirectories: readonly {
    readonly path: string
    readonly migrationFile: { readonly path: string; readonly content: Content }
  }[]
}
type Filters = { readonly externalTables: readonly string[]; readonly externalEnums: readonly string[] }
type Datamodel = { readonly tag: 'schemaDatamodel'; readonly files: readonly SchemaFile[]; readonly configDir: string }
type Diff = {
  readonly from: { readonly tag: 'empty' } | Datamodel
  readonly to: Datamodel
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

export const noFilters: Filters = { externalTables: [], externalEnums: [] }

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

/** NOTE: the adapter's own `executeScript` splits a script at every semicolon, also inside the body of a function; PostgreSQL reads it whole. */
class WholeScripts extends PrismaPg {
  readonly #pool: ReturnType<typeof openPool>
  constructor(pool: ReturnType<typeof openPool>) {
    super(pool)
    this.#pool = pool
  }
  override async connect() {
    const adapter = await super.connect()
    adapter.executeScript = async (script) => {
      await this.#pool.query(script)
    }
    return adapter
  }
}

/** Prisma's schema engine, compiled to WebAssembly, on the database at `connectionString`. */
export const openSchemaEngine = async (connectionString: string): Promise<SchemaEngine & AsyncDisposable> => {
  const { SchemaEngine } = await loadEngine()
  // NOTE: the pool is ours, because the engine never closes its own, and an advisory lock lives as long as its connection.
  const pool = openPool({ connectionString, query_timeout: 0 })
  const datamodels = (await schemaFiles()).map(({ path, content }) => [path, content])
  const engine = await SchemaEngine.new({ datamodels }, () => undefined, bindMigrationAwareSqlAdapterFactory(new WholeScripts(pool)))
  return {
    applyMigrations: (input) => engine.applyMigrations(input),
    diff: (input) => engine.diff(input),
    [Symbol.asyncDispose]: () => pool.end(),
  }
}
