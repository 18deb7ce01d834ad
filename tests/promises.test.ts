import assert from 'node:assert/strict'
import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { testsIn } from './named-tests.ts'

const home = join(import.meta.dirname, '..')
const promises = readFileSync(join(home, 'docs/PROMISES.md'), 'utf8')
const requirements = 127

type Row = { readonly id: string; readonly promise: string; readonly proof: string }
const rows: readonly Row[] = [...promises.matchAll(/^\| ([A-Z]?\d+) +\| (.+?) +\| (.+?) +\|$/gm)].map(
  ([, id = '', promise = '', proof = '']) => ({
    id,
    promise,
    proof,
  }),
)

const faultOfLink = (name: string, target: string): string | undefined => {
  const path = join(home, 'docs', target)
  if (!existsSync(path)) return `there is no ${target}`
  if (!target.endsWith('.ts')) return undefined
  const found = testsIn(readFileSync(path, 'utf8')).filter((each) => each.name === name)
  if (found.length === 0) return `${target} has no test with the name “${name}”`
  return found.some((each) => each.isSkipped) ? `“${name}” in ${target} is skipped` : undefined
}

const scripts = (JSON.parse(readFileSync(join(home, 'package.json'), 'utf8')) as { scripts: Readonly<Record<string, string>> }).scripts

/** What is wrong with the last column of a row, each fault in words. */
const faultsOf = ({ proof }: Row): readonly string[] => {
  const links = [...proof.matchAll(/\[(.+?)\]\(([^)\s]+)\)/g)].map(([, name = '', target = '']) => faultOfLink(name, target))
  const commands = [...proof.matchAll(/`npm run ([\w:-]+)/g)].map(([, script = '']) =>
    script in scripts ? undefined : `there is no \`npm run ${script}\``,
  )
  const all = [...links, ...commands]
  return all.length === 0 && !/^(?:not yet|partly: )/.test(proof)
    ? ['it names no test, no command and not “not yet”']
    : all.filter((fault) => fault !== undefined)
}

test('each promise of the product stands in docs/PROMISES.md once, with what shows it', () => {
  const numbers = rows.map(({ id }) => id).filter((id) => /^\d+$/.test(id))
  assert.deepEqual(
    numbers,
    Array.from({ length: requirements }, (_, at) => String(at + 1)),
  )
  assert.equal(new Set(rows.map(({ id }) => id)).size, rows.length, 'no row twice')
  const lines = promises.split('\n').filter((line) => /^\| [A-Z]?\d/.test(line))
  assert.equal(rows.length, lines.length, 'every row can be read')
})

test('each test that docs/PROMISES.md names exists and runs, and so does each command', () => {
  const wrong = rows.flatMap((row) => faultsOf(row).map((fault) => `row ${row.id} (${row.promise}): ${fault}`))
  assert.equal(wrong.length, 0, `\n${wrong.join('\n')}\n`)
})

test('a row whose test was renamed, skipped or removed is named', () => {
  const row = (proof: string): Row => ({ id: '1', promise: 'p', proof })
  const own = (name: string): string => `[${name}](../tests/promises.test.ts)`
  assert.deepEqual(faultsOf(row(own('a row whose test was renamed, skipped or removed is named'))), [])
  assert.match(
    faultsOf(row(`${own('no such test')}; \`npm run nothing\``)).join(' '),
    /no test with the name “no such test”.*npm run nothing/,
  )
  assert.match(faultsOf(row('[gone](../tests/gone.test.ts)')).join(' '), /there is no/)
  assert.deepEqual(faultsOf(row('somehow')).length, 1)
  const text = ["test.skip('a', f)", 'test("it’s b", { skip: true }, f)', "run('c', f)"].join('\n')
  assert.deepEqual(testsIn(text), [
    { name: 'a', isSkipped: true },
    { name: 'it’s b', isSkipped: true },
    { name: 'c', isSkipped: false },
  ])
})
