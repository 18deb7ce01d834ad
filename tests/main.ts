import { glob } from 'node:fs/promises'
import { join } from 'node:path'
import { runFiles } from './runner.ts'

// npm test, or npm test -- FILE …: all test files, or those named, on one shared database.
const named = process.argv.slice(2)
const all = '{platform,prisma,subgraphs,supergraph,bffs,workers,edge,start,deploy,tests}/**/*.test.ts'

await runFiles(named.length > 0 ? named : (await Array.fromAsync(glob(all, { cwd: join(import.meta.dirname, '..') }))).toSorted())
