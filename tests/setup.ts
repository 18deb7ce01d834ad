import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { openEngines } from '#platform/engines/engines.ts'
import { createLog } from '#platform/observe/log.ts'
import { migrateDatabase } from '#platform/postgres/migrate.ts'
import { scratchPostgres } from '#platform/postgres/scratch.ts'
import type { PostgresServer } from '#platform/postgres/server.ts'
import { readConfig } from '#platform/settings/config.ts'
import { seedDemo } from '../prisma/seed/seed.ts'

let server: PostgresServer | undefined
let artDir = ''

/** Runs once before all test files: one PostgreSQL for the run, with a seeded template that each test copies in 0.1 s. */
export const globalSetup = async (): Promise<void> => {
  server = await scratchPostgres()
  const template = server.url('cinegraph_template')
  await migrateDatabase(template)
  artDir = await mkdtemp(join(tmpdir(), 'cinegraph-art-'))
  const log = createLog('seed', 'error')
  await using engines = openEngines(readConfig([], { CINEGRAPH_DATA: artDir, DATABASE_URL: template }), log)
  const [database, objects] = [await engines.open('database'), await engines.open('objects')]
  await seedDemo({ database, objects, operatorPassword: async () => 'operator-for-tests', footage: false, clock: () => new Date(), log })
  process.env.CINEGRAPH_TEST_POSTGRES = server.url('postgres')
}

export const globalTeardown = async (): Promise<void> => {
  await server?.[Symbol.asyncDispose]()
  await rm(artDir, { recursive: true, force: true })
}
