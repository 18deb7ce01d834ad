import { sentenceFor } from '#platform/process/lifecycle.ts'

/** The body of a command that ends by itself: prints what `work` gives, or one sentence and exit code 1 for an expected failure. */
export const runOnce = async (work: () => Promise<string>): Promise<void> => {
  try {
    process.stdout.write(`${await work()}\n`)
  } catch (error) {
    process.exitCode = 1
    process.stderr.write(`${sentenceFor(error) ?? (error instanceof Error ? (error.stack ?? error.message) : String(error))}\n`)
  }
}
