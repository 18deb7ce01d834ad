import { mkdir, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { schemaFiles } from '#platform/postgres/schema-files.ts'

// Writes the whole Prisma schema into one folder, from which the Prisma CLI generates the database client.
const folder = join(import.meta.dirname, 'assembled')
await rm(folder, { recursive: true, force: true })
await mkdir(folder)
for (const { path, content } of await schemaFiles()) await writeFile(join(folder, path), content)
