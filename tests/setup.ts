import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createFolderStore } from '#platform/adapters/object-store.folder.ts'
import { createLog } from '#platform/observe/log.ts'
import { openDatabase } from '#platform/postgres/database.ts'
import { migrateDatabase } from '#platform/postgres/migrate.ts'
import { scratchPostgres } from '#platform/postgres/scratch.ts'
import type { PostgresServer } from '#platform/postgres/server.ts'
import { seedDemo } from '../prisma/seed/seed.ts'

let server: PostgresServer | undefined
let artDir = ''

/** Runs once before all test files: one PostgreSQL for the run, with a seeded template that each test copies in 0.1 s. */
export const globalSetup = async (): Promise<void> => {
  server = await scratchPostgres()
  const template = server.url('cinegraph_template')
  await migrateDatabase(template)
  artDir = await mkdtemp(join(tmpdir(), 'cinegraph-art-'))
  await using database = openDatabase(template)
  await seedDemo({
    database,
    objects: createFolderStore(artDir),
    operatorPassword: 'operator-for-tests',
    footage: false,
    clock: () => new Date(),
    log: createLog('seed', 'error'),
  })
  process.env.CINEGRAPH_TEST_POSTGRES = server.url('postgres')
}

export const globalTeardown = async (): Promise<void> => {
  await server?.[Symbol.asyncDispose]()
  await rm(artDir, { recursive: true, force: true })
}
