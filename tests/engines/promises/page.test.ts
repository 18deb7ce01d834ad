import assert from 'node:assert/strict'
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { test } from 'node:test'
import { testsIn } from '../../named-tests.ts'
import { readPage, renderPage } from './page.ts'
import { engineRows } from './table.ts'

const home = join(import.meta.dirname, '../../..')

test('docs/engines/promises.md is what the suites say, and each test that it leads to exists and runs', async () => {
  const page = await readPage()
  assert.equal(page, renderPage(page, []), 'npm run test:engines writes it')
  for (const { engine, cells } of engineRows)
    for (const [promised, evidence] of Object.entries(cells)) {
      if (typeof evidence === 'string' || 'faults' in evidence) continue
      const found = testsIn(await readFile(join(home, evidence.in), 'utf8')).find(({ name }) => name === evidence.test)
      assert.equal(found?.isSkipped, false, `${engine}, ${promised}: ${evidence.in} has no test “${evidence.test}” that runs`)
    }
})

test('a promise that was not kept on a real engine is called broken, one that was is kept, and what did not run stays as it was', () => {
  const name =
    'the nearest zone gets SIGKILL: every read is answered from another zone in bounded time, and the zone is used again when it is back'
  const rowOf = (page: string): string => page.split('\n').find((line) => line.includes('Redis')) ?? ''
  const broken = renderPage('', [
    { name: `cache, Redis: ${name}`, isPassed: false },
    { name: `cache, Redis: ${name.replace('KILL', 'STOP')}`, isPassed: true },
  ])
  assert.match(rowOf(broken), /BROKEN/)
  assert.doesNotMatch(rowOf(broken), /kept/)
  assert.equal(renderPage(broken, []), broken)
  const kept = renderPage(broken, [{ name: `cache, Redis: ${name}`, isPassed: true }])
  assert.doesNotMatch(kept, /BROKEN/)
  assert.equal(
    renderPage(kept, [
      {
        name: 'event log, PostgreSQL with a standby: a group can be replayed from the beginning and from an instant, and its lag can be read',
        isPassed: true,
      },
    ]),
    kept,
    'Kafka has shown nothing by that',
  )
  assert.match(rowOf(kept), /\[kept\].*\[not run\]/)
})
