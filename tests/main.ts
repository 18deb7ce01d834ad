import { glob } from 'node:fs/promises'
import { join } from 'node:path'
import { run } from 'node:test'
import { spec } from 'node:test/reporters'
import { globalSetup, globalTeardown } from './setup.ts'

// npm test, or npm test -- FILE …: all test files, or those named, on one shared database.
const root = join(import.meta.dirname, '..')
const named = process.argv.slice(2)
const files =
  named.length > 0
    ? named
    : (
        await Array.fromAsync(
          glob('{platform,prisma,subgraphs,supergraph,bffs,workers,edge,start,deploy,tests}/**/*.test.ts', { cwd: root }),
        )
      ).toSorted()

const interrupted = new AbortController()
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const)
  process.once(signal, () => {
    process.exitCode = 1
    interrupted.abort()
  })

try {
  await globalSetup()
  const stream = run({
    files: files.map((file) => join(root, file)),
    concurrency: 2,
    timeout: 300_000,
    signal: interrupted.signal,
    execArgv: ['--disable-warning=ExperimentalWarning'],
  })
  stream.on('test:fail', () => {
    process.exitCode = 1
  })
  for await (const line of stream.compose(new spec())) process.stdout.write(line)
} finally {
  await globalTeardown()
}
