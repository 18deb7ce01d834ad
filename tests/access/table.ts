import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { type Role, roles } from './roles.ts'

export type Cells = Readonly<Record<Role, string>>
/** A section of docs/ACCESS.md: its rows by what stands in their first column. */
export type Section = ReadonlyMap<string, Cells>

const page = readFileSync(join(import.meta.dirname, '../../docs/ACCESS.md'), 'utf8')

const cellsOf = (cells: readonly string[]): Cells => Object.fromEntries(roles.map((role, at) => [role, cells[at] ?? ''])) as Cells

/** The table below a heading of the page. */
export const sectionOf = (heading: string): Section => {
  const [, text = ''] = page.split(`## ${heading}\n`)
  const lines = text
    .split('\n## ')[0]
    ?.split('\n')
    .filter((line) => line.startsWith('| `'))
  const rows = (lines ?? []).map((line) => line.split('|').map((cell) => cell.trim()))
  return new Map(rows.map(([, name = '', ...cells]) => [name.replaceAll('`', ''), cellsOf(cells)]))
}

/** A row as it stands in the page. */
export const printRow = (name: string, cells: Cells): string => `| \`${name}\` | ${roles.map((role) => cells[role]).join(' | ')} |`

/** What is wrong with a section: rows that lack, rows of what is gone, cells that are otherwise. */
export const differences = (section: Section, found: Section): readonly string[] => [
  ...[...found].flatMap(([name, cells]) => {
    const row = section.get(name)
    if (row === undefined) return [`no row in docs/ACCESS.md; it is: ${printRow(name, cells)}`]
    return roles.every((role) => row[role] === cells[role]) ? [] : [`not as the row says; it is: ${printRow(name, cells)}`]
  }),
  ...[...section.keys()].filter((name) => !found.has(name)).map((name) => `a row of what is not there: ${name}`),
]
