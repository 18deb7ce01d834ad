import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import { after, before, test } from 'node:test'
import { openDatabase } from '#platform/postgres/database.ts'
import { assertBooks, newAccount, openBooks } from '../../../tests/books.ts'

let books: Awaited<ReturnType<typeof openBooks>>
before(async () => {
  books = await openBooks(openDatabase)
})
after(() => books?.[Symbol.asyncDispose]())

const renewer = join(import.meta.dirname, '../../../tests/renewer.main.ts')
const [killsMax, livesMax] = [6, 14]

/** One life of a process that renews; how it ended. */
const renew = async (now: Date, count: number, where: string): Promise<string> => {
  const url = books.database.pool.options.connectionString ?? ''
  const args = ['--disable-warning=ExperimentalWarning', renewer, url, now.toISOString(), String(count), where]
  const child = spawn(process.execPath, args, { stdio: ['ignore', 'ignore', 'inherit'] })
  const [code, signal] = await once(child, 'exit')
  return signal ?? String(code)
}

test('a process that is killed again and again while it renews charges each period once, and each mail is one', {
  timeout: 240_000,
}, async () => {
  const accounts = await Promise.all(Array.from({ length: 8 }, () => newAccount()))
  for (const account of accounts) assert.equal(await account.open().subscribe(account.wanted('basic')), null)
  const [first] = accounts
  assert.ok(first)
  const now = new Date((await first.held()).periodEnd.getTime() + 60 * 86_400_000)
  const ends: string[] = []
  // NOTE: a charge that is not known is asked for again some minutes later; a second look finds nothing more to do.
  const isOver = (): boolean => ends.slice(-2).join() === '0,0'
  for (let life = 0; life < livesMax && !isOver(); life += 1) {
    const later = new Date(now.getTime() + life * 15 * 60_000)
    ends.push(await renew(later, life < killsMax ? 1 + (life % 3) : 0, ['before', 'after', 'later'][life % 3] ?? 'after'))
  }
  assert.ok(isOver(), ends.join())
  assert.ok(ends.filter((end) => end === 'SIGKILL').length >= 4, ends.join())
  for (const account of accounts) {
    account.state.now = now
    await assertBooks(account)
    const starts = (await account.invoices()).map(({ state, periodStart }) => `${state} ${periodStart.toISOString()}`)
    assert.equal(new Set(starts).size, starts.length)
    assert.equal(starts.length, 3, 'the first period and the two that have begun since')
    assert.ok(starts.every((start) => start.startsWith('paid')))
  }
  const charges = await books.database.prisma.simulatedCharge.count({ where: { state: 'succeeded' } })
  assert.equal(charges, 3 * accounts.length, 'the processor moved money once for each period')
})
