import { join } from 'node:path'
import { run } from 'node:test'
import { spec } from 'node:test/reporters'
import { globalSetup, globalTeardown } from './setup.ts'

const root = join(import.meta.dirname, '..')

/** What came of a test, or of one that stands in another; those that were skipped are left out. */
export type Result = { readonly name: string; readonly isPassed: boolean }

type How = { readonly concurrency?: number; readonly forceExit?: boolean }

/**
 * Runs test files, two at a time, on one shared database, and prints and gives what came of them; nothing when it was interrupted.
 * The exit code says whether all have passed.
 */
export const runFiles = async (files: readonly string[], { concurrency = 2, forceExit = false }: How = {}): Promise<readonly Result[]> => {
  const results: Result[] = []
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
      concurrency,
      forceExit,
      timeout: 300_000,
      signal: interrupted.signal,
      execArgv: ['--disable-warning=ExperimentalWarning'],
    })
    stream.on('test:pass', ({ name, skip }) => void (skip === undefined && results.push({ name, isPassed: true })))
    stream.on('test:fail', ({ name }) => {
      process.exitCode = 1
      results.push({ name, isPassed: false })
    })
    for await (const line of stream.compose(new spec())) process.stdout.write(line)
  } finally {
    await globalTeardown()
  }
  return interrupted.signal.aborted ? [] : results
}
