import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { CinegraphError } from '#platform/errors/errors.ts'
import { sentenceFor } from '#platform/process/lifecycle.ts'
import { readFlags } from '#platform/settings/flags.ts'
import { compareGraphs } from './compare.ts'
import { readGraph } from './graph.ts'
import { asMarkdown, asText, isRefused } from './report.ts'
import { treeAt, workingTree } from './tree.ts'

// npm run schema:check [-- --against REF --markdown FILE --strict --unused]: what has changed in the schemas since a commit, what
// no longer fits together, and which documents that touches. Exit code 1 when it must not be released.
const usage = '--against REF, --markdown FILE, --strict and --unused'
const home = join(import.meta.dirname, '..', '..')

try {
  const faults: CinegraphError[] = []
  const names = ['against', 'markdown'].map((name) => ({ name, boolean: false }))
  const flags = readFlags(process.argv.slice(2), [...names, { name: 'strict', boolean: true }, { name: 'unused', boolean: true }], faults)
  if (faults.length > 0)
    throw new CinegraphError('INPUT_INVALID', { name: 'A flag', why: `is unknown or has no value; there are ${usage}` })
  const { against = 'HEAD', markdown, strict = 'false', unused = 'false' } = flags
  const [before, now] = [await readGraph(await treeAt(home, against)), await readGraph(await workingTree(home))]
  const reported = { against, ...(await compareGraphs(before, now)) }
  process.stdout.write(`${asText(reported)}\n`)
  if (unused === 'true') process.stdout.write(`Asked by no document in this repository: ${reported.unused.join(', ') || 'none'}\n`)
  if (markdown !== undefined) await writeFile(markdown, asMarkdown(reported, strict === 'true'))
  if (isRefused(reported, strict === 'true')) process.exitCode = 1
} catch (error) {
  process.stderr.write(`${sentenceFor(error) ?? (error instanceof Error ? (error.stack ?? error.message) : String(error))}\n`)
  process.exitCode = 1
}
