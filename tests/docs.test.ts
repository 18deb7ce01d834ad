import assert from 'node:assert/strict'
import { execFile } from 'node:child_process'
import { existsSync } from 'node:fs'
import { readFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { test } from 'node:test'
import { promisify } from 'node:util'

const home = join(import.meta.dirname, '..')
const { stdout } = await promisify(execFile)('git', ['ls-files', '--cached', '--others', '--exclude-standard', '*.md'], { cwd: home })
const pages = await Promise.all(
  stdout
    .trim()
    .split('\n')
    .filter((path) => existsSync(join(home, path)))
    .map(async (path) => ({ path, text: await readFile(join(home, path), 'utf8') })),
)

test('every link of every page leads to a file', () => {
  const broken = pages.flatMap(({ path, text }) =>
    [...text.matchAll(/\]\((?!https?:|#)([^)#\s]+)/g)]
      .filter(([, target = '']) => !existsSync(join(home, dirname(path), target)))
      .map(([, target]) => `${path} links ${target}`),
  )
  assert.deepEqual(broken, [])
  assert.ok(pages.length > 15)
})

test('every command that a page names is one of package.json', async () => {
  const { scripts } = JSON.parse(await readFile(join(home, 'package.json'), 'utf8')) as { scripts: Readonly<Record<string, string>> }
  const unknown = pages
    .filter(({ path }) => path !== 'CHANGELOG.md')
    .flatMap(({ path, text }) =>
      [...text.matchAll(/npm run ([\w:-]+)/g)].filter(([, name = '']) => !(name in scripts)).map(([command]) => `${path}: ${command}`),
    )
  assert.deepEqual(unknown, [])
})

test('every file that a page names by its path is there', () => {
  const rooms = 'bench|bffs|docs|edge|platform|prisma|start|subgraphs|supergraph|tests|workers'
  const missing = pages
    .filter(({ path }) => !/^(?:CHANGELOG\.md|docs\/decisions\/)/.test(path))
    .flatMap(({ path, text }) =>
      [...text.matchAll(new RegExp(`\`((?:${rooms})/[\\w./-]+\\.\\w+)\``, 'g'))]
        .filter(([, file = '']) => !existsSync(join(home, file)))
        .map(([, file]) => `${path} names ${file}`),
    )
  assert.deepEqual(missing, [])
})
