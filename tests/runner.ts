import { join } from 'node:path'
import { run } from 'node:test'
import { spec } from 'node:test/reporters'
import { globalSetup, globalTeardown } from './setup.ts'

const root = join(import.meta.dirname, '..')

/** Runs test files, two at a time, on one shared database, and prints what came of them. The exit code says whether all have passed. */
export const runFiles = async (files: readonly string[]): Promise<void> => {
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
}
