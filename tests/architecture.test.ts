import assert from 'node:assert/strict'
import { execFile } from 'node:child_process'
import { existsSync } from 'node:fs'
import { cp, mkdir, readdir, readFile, symlink, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { test } from 'node:test'
import { promisify } from 'node:util'
import pg from 'pg'
import { declarations } from '#platform/contracts/registry.ts'
import { errorTable } from '#platform/errors/errors.ts'
import { committedMigrationNames, migrateDatabase } from '#platform/postgres/migrate.ts'
import { migrationSql, schemaSql } from '#platform/postgres/migration-sql.ts'
import { subgraphNames } from '#platform/settings/subgraphs.ts'
import { loadSubgraphs } from '../start/subgraphs.ts'
import { consumedBy, subgraphsPage } from '../start/subgraphs-page.ts'
import { compose } from '../supergraph/compose.ts'
import { copyDatabase, temporaryFolder } from './boot.ts'

const run = promisify(execFile)
const home = join(import.meta.dirname, '..')

type Cruise = {
  readonly modules: readonly object[]
  readonly summary: { readonly violations: readonly { readonly rule: { readonly name: string }; readonly from: string }[] }
}

const cruise = async (dir: string): Promise<Cruise> => {
  const cli = join(home, 'node_modules/dependency-cruiser/bin/dependency-cruiser.mjs')
  const { stdout } = await run(process.execPath, [cli, '.', '--config', '.dependency-cruiser.mjs', '--output-type', 'json'], {
    cwd: dir,
    maxBuffer: 64e6,
  }).catch((error: { stdout: string }) => error)
  return JSON.parse(stdout) as Cruise
}

test('the room rules hold, and the tool that says so has seen every module', async () => {
  const { modules, summary } = await cruise(home)
  const { stdout } = await run('git', ['ls-files', '*.ts'], { cwd: home })
  assert.ok(modules.length >= stdout.trim().split('\n').length, `${modules.length} modules`)
  assert.deepEqual(summary.violations, [])
})

test('a planted violation of each room rule is caught', async () => {
  await using folder = await temporaryFolder()
  const keep = /^(platform|subgraphs|supergraph|bffs|workers|edge|start|prisma|package\.json|tsconfig\.json|\.dependency-cruiser\.mjs)/
  for (const name of (await readdir(home)).filter((each) => keep.test(each)))
    await cp(join(home, name), join(folder.path, name), { recursive: true })
  await symlink(join(home, 'node_modules'), join(folder.path, 'node_modules'))
  const planted: Readonly<Record<string, readonly [file: string, imported: string]>> = {
    'subgraphs-stand-alone': ['subgraphs/recs/planted.ts', '../history/store.ts'],
    'bffs-stand-alone': ['bffs/tv/planted.ts', '../../subgraphs/catalog/availability.ts'],
    'devices-apart': ['bffs/device/planted.ts', '../tv/server.ts'],
    'workers-stand-alone': ['workers/notify/planted.ts', '../telemetry/quality.ts'],
    'supergraph-stands-alone': ['supergraph/planted.ts', '../edge/server.ts'],
    'edge-stands-alone': ['edge/planted.ts', '../workers/telemetry/quality.ts'],
    'platform-knows-no-room': ['platform/process/planted.ts', '../../edge/server.ts'],
    'contracts-and-ports-are-bare': ['platform/ports/planted.ts', '../observe/metrics.ts'],
    'adapters-apart': ['platform/adapters/planted.ts', './cache.memory.ts'],
    'adapters-only-in-engines': ['edge/planted-too.ts', '../platform/adapters/cache.memory.ts'],
    'start-is-imported-by-nobody': ['edge/planted-three.ts', '../start/ports.ts'],
    'driver-minisearch': ['platform/text/planted.ts', 'minisearch'],
  }
  for (const [file, imported] of Object.values(planted)) {
    if (imported.startsWith('.')) assert.ok(existsSync(join(folder.path, file, '..', imported)), `${imported} is gone; plant another`)
    await mkdir(join(folder.path, file, '..'), { recursive: true })
    await writeFile(join(folder.path, file), `import * as all from '${imported}'\nconsole.log(all)\n`)
  }
  const { summary } = await cruise(folder.path)
  for (const [rule, [file]] of Object.entries(planted)) {
    assert.ok(
      summary.violations.some((violation) => violation.rule.name === rule && violation.from === file),
      `${rule} in ${file}`,
    )
  }
})

/** The TypeScript of a room that somebody wrote, without its tests. */
const sourcesOf = async (room: string): Promise<readonly string[]> => {
  const { stdout } = await run('git', ['ls-files', '-co', '--exclude-standard', `${room}/*.ts`], { cwd: home })
  return stdout.split('\n').filter((file) => file !== '' && !file.endsWith('.test.ts'))
}

test('all subgraphs have the same files', async () => {
  const wanted = [
    'README.md',
    'loaders.ts',
    'main.ts',
    'resolvers.ts',
    'schema.graphql',
    'server.ts',
    'store.postgres.ts',
    'store.ts',
    'subgraph.ts',
    'tables.prisma',
  ]
  for (const name of subgraphNames) {
    const files = await readdir(join(home, 'subgraphs', name))
    for (const file of [...wanted, `${name}.test.ts`]) assert.ok(files.includes(file), `subgraphs/${name}/${file}`)
  }
})

/** Whether a text names all subgraphs; a dotted name (`history.resumePoints`) is that of a topic. */
const namesAll = (text: string): boolean => subgraphNames.every((name) => new RegExp(`\\b${name}\\b(?![.]\\w)`).test(text))

test('nothing but the folders lists the subgraphs: no code names them all, and no paragraph of a document does', async () => {
  assert.ok(subgraphNames.length >= 5 && namesAll(subgraphNames.join('\n')))
  const { stdout } = await run('git', ['ls-files', '-co', '--exclude-standard'], { cwd: home })
  const generated = /^(supergraph\/supergraph\.graphql|docs\/SUBGRAPHS\.md|prisma\/migrations\/|package-lock\.json)/
  const files = stdout.split('\n').filter((file) => /\.(ts|mjs|json|md|graphql|prisma|yml|yaml|svg)$/.test(file) && !generated.test(file))
  const listing = await Promise.all(
    files.map(async (file) => {
      const text = await readFile(join(home, file), 'utf8').catch(() => '')
      return (file.endsWith('.md') ? text.split(/\n\s*\n/) : [text]).some(namesAll) ? [file] : []
    }),
  )
  assert.deepEqual(listing.flat(), [])
})

test('docs/SUBGRAPHS.md says what the subgraphs say of themselves', async () => {
  assert.equal(await readFile(join(home, 'docs/SUBGRAPHS.md'), 'utf8'), subgraphsPage(await loadSubgraphs()))
})

/** Names of the topics and jobs whose declarations a text imports. */
const declarationsIn = (text: string): readonly string[] =>
  [...text.matchAll(/^import (?!type).*'#platform\/contracts\/(?:topics|jobs)\/(.+)[.]ts'/gm)].map(([, name = '']) => name)

test('a subgraph uses no topics but those it declares to publish and those its group consumes', async () => {
  for (const { name, publishes } of await loadSubgraphs()) {
    const sources = (await sourcesOf(`subgraphs/${name}`)).filter((file) => !file.endsWith('subgraph.ts'))
    const used = (await Promise.all(sources.map((file) => readFile(join(home, file), 'utf8')))).flatMap(declarationsIn)
    assert.deepEqual([...new Set(used)].toSorted(), [...publishes.map((each) => each.name), ...consumedBy(name)].toSorted(), name)
  }
})

test('a subgraph touches the tables of its own schema only', async () => {
  for (const name of subgraphNames) {
    const store = await readFile(join(home, 'subgraphs', name, 'store.postgres.ts'), 'utf8')
    const models = new Set(
      [...(await readFile(join(home, 'subgraphs', name, 'tables.prisma'), 'utf8')).matchAll(/^model (\w+)/gm)].map(([, model = '']) =>
        model.toLowerCase(),
      ),
    )
    for (const [, model = ''] of store.matchAll(/\b(?:prisma|tx)\.([a-z]\w+)\./g))
      assert.ok(models.has(model.toLowerCase()), `${name} uses ${model}`)
    for (const [, schema] of store.matchAll(/\b(?:from|into|update) ([a-z]+)\.\w+/g)) assert.equal(schema, name)
  }
})

test('the committed supergraph is what the schemas of the subgraphs compose to', async () => {
  const { supergraph } = await compose()
  assert.equal(await readFile(join(home, 'supergraph/supergraph.graphql'), 'utf8'), supergraph)
})

test('every change of a table has its migration: run `npm run migration -- NAME` when this fails', async () => {
  await using database = await copyDatabase()
  assert.equal(await migrationSql(database.url), '')
})

test('the committed migrations make what the schema files say', async () => {
  await using fromMigrations = await copyDatabase()
  await using fromSchema = await copyDatabase()
  const empty = async (url: string): Promise<pg.Client> => {
    const client = new pg.Client({ connectionString: url })
    await client.connect()
    await client.query(`drop schema if exists ${subgraphNames.join(', ')} cascade; drop table if exists _prisma_migrations`)
    return client
  }
  const [left, right] = [await empty(fromMigrations.url), await empty(fromSchema.url)]
  try {
    await migrateDatabase(fromMigrations.url)
    await right.query(await schemaSql(fromSchema.url))
    const owners = subgraphNames.map((name) => `'${name}'`).join(', ')
    // NOTE: checks, constraint triggers and partial indexes stand in migrations only; the language of the schema files has no words for them.
    const shape = `
      select table_schema || '.' || table_name || '.' || column_name || ' ' || udt_name || ' ' || is_nullable || ' ' || coalesce(column_default, '') as line
        from information_schema.columns where table_schema in (${owners})
      union all select indexdef from pg_indexes where schemaname in (${owners}) and indexdef not like '% WHERE %'
      union all select conrelid::regclass || ' ' || conname || ' ' || pg_get_constraintdef(oid) from pg_constraint where connamespace::regnamespace::text in (${owners}) and contype not in ('n', 'c', 't')
      order by 1`
    assert.deepEqual((await left.query(shape)).rows, (await right.query(shape)).rows)
  } finally {
    await left.end()
    await right.end()
  }
})

test('no foreign key crosses the border between two owners', async () => {
  await using database = await copyDatabase()
  const client = new pg.Client({ connectionString: database.url })
  await client.connect()
  const { rows } = await client.query(
    `select conname from pg_constraint c join pg_class a on a.oid = c.conrelid join pg_class b on b.oid = c.confrelid where c.contype = 'f' and a.relnamespace <> b.relnamespace`,
  )
  await client.end()
  assert.deepEqual(rows, [])
})

test('yesterday’s database opens: each migration runs on a database of the version before, and keeps its rows', async () => {
  const names = await committedMigrationNames()
  assert.ok(names.length >= 2)
  await using database = await copyDatabase()
  const client = new pg.Client({ connectionString: database.url })
  await client.connect()
  await client.query(`drop schema ${subgraphNames.join(', ')} cascade; drop table _prisma_migrations`)
  await migrateDatabase(database.url, names[0])
  await client.query(`insert into profile.account (id, email, password_hash) values ('a-old', 'old@example.org', 'x')`)
  assert.deepEqual(await migrateDatabase(database.url), names.slice(1))
  assert.deepEqual(await migrateDatabase(database.url), [])
  assert.equal((await client.query(`select email from profile.account where id = 'a-old'`)).rows[0].email, 'old@example.org')
  await client.end()
})

test('each group of each topic and every queue of jobs has exactly one handler', async () => {
  const { stdout } = await run('git', ['ls-files', 'subgraphs/**/*.ts', 'workers/**/*.ts'], { cwd: home })
  const files = stdout
    .trim()
    .split('\n')
    .filter((file) => !file.endsWith('.test.ts'))
  const texts = await Promise.all(files.map((file) => readFile(join(home, file), 'utf8')))
  assert.ok(declarations.size >= 11)
  for (const { kind, name, ...declared } of declarations.values()) {
    const importing = new RegExp(`import (?:type )?\\{ ([^}]*)\\} from '#platform/contracts/[^']*/${name.replaceAll('.', '[.]')}[.]ts'`)
    const handled = (pattern: (local: string) => RegExp): number =>
      texts.flatMap((text) => {
        const locals = (importing.exec(text)?.[1] ?? '').split(/, | as /).map((local) => local.trim())
        return locals.filter((local) => local !== '').flatMap((local) => [...text.matchAll(pattern(local))])
      }).length
    if (kind === 'jobs')
      assert.equal(
        handled((local) => new RegExp(`queue: ${local},`, 'g')),
        1,
        name,
      )
    for (const group of Object.keys('groups' in declared ? declared.groups : {}))
      assert.equal(
        handled((local) => new RegExp(`topic: ${local},\\s*group: '${group}'`, 'g')),
        1,
        `${name} for ${group}`,
      )
  }
})

test('docs/ERRORS.md lists exactly the codes of the table', async () => {
  const rows = [
    ...(await readFile(join(home, 'docs/ERRORS.md'), 'utf8')).matchAll(/^\| `(\w+)` +\| (\d+) +\| `(\w+)` +\| (yes|no) +\|/gm),
  ].map(([, code, http, graphql, retry]) => ({ code, http: Number(http), graphql, retry: retry === 'yes' }))
  assert.deepEqual(
    rows,
    Object.entries(errorTable).map(([code, row]) => ({ code, http: row.http, graphql: row.graphql, retry: row.retry })),
  )
})
