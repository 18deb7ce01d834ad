import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { Result } from '../../runner.ts'
import { type EngineRow, type Evidence, engineRows, promises } from './table.ts'

const path = join(import.meta.dirname, '../../../docs/engines/promises.md')
export const readPage = (): Promise<string> => readFile(path, 'utf8')

const titleOf = ({ port, engine, kind }: EngineRow): string => `${port}: ${engine}${kind === 'embedded' ? ' (embedded)' : ''}`
export const nameOf = (evidence: Exclude<Evidence, string>): string =>
  'faults' in evidence ? `npm run faults -- ${evidence.faults}` : evidence.test
const linkOf = (evidence: Exclude<Evidence, string>): string => ('faults' in evidence ? 'faults.md' : `../../${evidence.in}`)

/** NOTE: one contract is run on several engines, whose names stand in those of its tests. */
const isOf = (name: string, evidence: Exclude<Evidence, string>, [engine = '']: readonly string[]): boolean => {
  if ('in' in evidence && evidence.in.startsWith('tests/contracts/') && !name.includes(engine)) return false
  const written = nameOf(evidence)
    .split(/\$\{.*?\}/)
    .map((part) => part.replaceAll(/[.*+?^${}()|[\]\\]/g, String.raw`\$&`))
    .join('.*')
  return new RegExp(`^(?:.*: )?${written}$`).test(name)
}

/** What the results say of one promise; undefined when nothing of it was run. */
const verdict = ({ engine }: EngineRow, evidence: Exclude<Evidence, string>, results: readonly Result[]): 'kept' | 'BROKEN' | undefined => {
  const own = results.filter(({ name }) => isOf(name, evidence, engine.split(',')))
  if (own.length === 0) return undefined
  return own.every(({ isPassed }) => isPassed) ? 'kept' : 'BROKEN'
}

const head = `# What each engine promises

Written by \`npm run test:engines\` and \`npm run faults -- cassandra\` themselves; what is embedded is tried by \`npm test\`. “kept” leads to the test that shows it, and a number says why a promise is not given.
`

/** The page, with what has been found before where nothing was run now. What is embedded fails `npm test` when it is not kept. */
export const renderPage = (before: string, results: readonly Result[]): string => {
  const reasons: string[] = []
  const old = new Map(
    before
      .split('\n')
      .filter((line) => line.startsWith('| '))
      .map((line) => line.split('|').map((cell) => cell.trim()))
      .map(([, title = '', ...cells]) => [title, cells] as const),
  )
  const cell = (row: EngineRow, at: number): string => {
    const evidence = row.cells[promises[at] ?? 'replay']
    if (typeof evidence === 'string') {
      if (!reasons.includes(evidence)) reasons.push(evidence)
      return `– (${reasons.indexOf(evidence) + 1})`
    }
    const was = /^\[(kept|BROKEN)\]/.exec(old.get(titleOf(row))?.[at] ?? '')?.[1]
    const is = row.kind === 'embedded' ? 'kept' : (verdict(row, evidence, results) ?? was ?? 'not run')
    return `[${is}](${linkOf(evidence)})`
  }
  const rows = engineRows.map((row) => `| ${titleOf(row)} | ${promises.map((_, at) => cell(row, at)).join(' | ')} |`)
  const table = [`| | ${promises.join(' | ')} |`, `| --- |${' --- |'.repeat(promises.length)}`, ...rows].join('\n')
  return `${head}\n${table}\n\n${reasons.map((reason, at) => `${at + 1}. ${reason}`).join('\n')}\n`
}

/** Writes down what has been found on the engines that were up. */
export const noteResults = async (results: readonly Result[]): Promise<void> => writeFile(path, renderPage(await readPage(), results))
