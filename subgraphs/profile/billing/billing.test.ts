import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { openDatabase } from '#platform/postgres/database.ts'
import { assertBooks, dayMs, ledgerOf, mailsOf, newAccount, openBooks } from '../../../tests/books.ts'

let books: Awaited<ReturnType<typeof openBooks>>
let database: typeof books.database
before(async () => {
  books = await openBooks(openDatabase)
  database = books.database
})
after(() => books?.[Symbol.asyncDispose]())

test('a year of a subscription that began on the 31st: each month is charged once, in its own days', async () => {
  const account = await newAccount()
  const billing = account.open()
  assert.equal(await billing.subscribe(account.wanted('basic')), null)
  for (let week = 0; week < 53; week += 1) {
    account.later(7)
    await Promise.all([billing.advance(account.accountId), billing.advance(account.accountId)])
  }
  const invoices = await account.invoices()
  assert.deepEqual(
    invoices.map(({ periodStart }) => periodStart.toISOString().slice(0, 10)),
    ['01-31', '02-28', '03-31', '04-30', '05-31', '06-30', '07-31', '08-31', '09-30', '10-31', '11-30', '12-31']
      .map((day) => `2026-${day}`)
      .concat('2027-01-31'),
  )
  assert.ok(invoices.every(({ state, totalMinor }) => state === 'paid' && totalMinor === 599))
  await assertBooks(account)
})

test('a clock that jumps over months makes up for each of them', async () => {
  const account = await newAccount()
  const billing = account.open()
  await billing.subscribe(account.wanted('basic'))
  account.later(100)
  await billing.advance(account.accountId)
  const invoices = await account.invoices()
  for (const [at, { periodEnd }] of invoices.entries())
    if (invoices[at + 1] !== undefined) assert.deepEqual(invoices[at + 1]?.periodStart, periodEnd, 'no gap and no overlap')
  assert.equal(invoices.length, 4)
  await assertBooks(account)
})

test('a card that is declined is tried again by the schedule; then the subscription ends and nothing is owed', async () => {
  const account = await newAccount()
  const billing = account.open()
  await billing.subscribe(account.wanted('basic'))
  await database.prisma.subscription.update({ where: { accountId: account.accountId }, data: { paymentMethod: 'sim-declined' } })
  const seen: string[] = []
  for (let day = 0; day < 50; day += 1) {
    account.later(1)
    await billing.advance(account.accountId)
    seen.push((await account.held()).state)
  }
  assert.deepEqual([...new Set(seen)], ['active', 'pastDue', 'ended'])
  assert.equal(seen.filter((state) => state === 'pastDue').length, 16, '1, 3, 5 and 7 days')
  assert.equal((await mailsOf(account.accountId)).filter(({ event }) => event.outcome === 'declined').length, 5)
  await assertBooks(account)
  assert.equal((await ledgerOf(account.accountId)).receivable, 0)
})

test('a card that works again brings a subscription that is past due back', async () => {
  const account = await newAccount()
  const billing = account.open()
  await billing.subscribe(account.wanted('basic'))
  const card = (paymentMethod: string) =>
    database.prisma.subscription.update({ where: { accountId: account.accountId }, data: { paymentMethod } })
  await card('sim-declined')
  account.later(29)
  await billing.advance(account.accountId)
  assert.equal((await account.held()).state, 'pastDue')
  assert.equal((await billing.subscribe(account.wanted('basic')))?.declined, 'WRONG_STATE')
  assert.equal((await billing.subscribe(account.wanted('basic', 'sim-declined')))?.declined, 'PAYMENT_DECLINED')
  assert.equal(await billing.subscribe(account.wanted('basic', 'sim-ok')), null)
  assert.equal((await account.held()).state, 'active')
  await assertBooks(account)
})

test('up and down: the change costs what was shown before, what is given back is used first, and any other price is refused', async () => {
  const account = await newAccount(new Date('2026-03-01T00:00:00Z'))
  const billing = account.open()
  await billing.subscribe(account.wanted('basic'))
  account.later(10)
  const shown = await billing.preview(account.accountId, 'premium')
  assert.ok(!('declined' in shown))
  assert.deepEqual([shown.daysLeft, shown.chargeMinor, shown.creditMinor, shown.dueMinor], [21, 1219, 406, 813])
  const other = await billing.subscribe({ ...account.wanted('premium'), expectedMinor: 812 })
  assert.equal(other?.declined, 'PRICE_CHANGED')
  assert.equal(await billing.subscribe({ ...account.wanted('premium'), expectedMinor: shown.totalMinor }), null)
  assert.equal((await account.held()).planId, 'premium')
  await billing.subscribe(account.wanted('basic'))
  const credit = 0 - ((await ledgerOf(account.accountId)).credit ?? 0)
  assert.equal(credit, 812)
  account.later(21)
  await billing.advance(account.accountId)
  const last = (await account.invoices()).at(-1)
  assert.deepEqual([last?.creditMinor, last?.state], [599, 'paid'])
  assert.equal(0 - ((await ledgerOf(account.accountId)).credit ?? 0), credit - 599)
  await assertBooks(account)
})

test('changes to and fro, however many and whenever, give nobody money, and a day of the dearer plan is paid', async () => {
  const account = await newAccount(new Date('2026-03-01T00:00:00Z'))
  const billing = account.open()
  await billing.subscribe(account.wanted('basic'))
  const held = async () => {
    const { cash = 0, credit = 0 } = await ledgerOf(account.accountId)
    return cash + credit
  }
  const before = await held()
  for (const part of [0.1, 0.3, 7, 0.4, 5.9]) {
    account.later(part)
    for (const plan of ['premium', 'standard', 'premium', 'basic']) assert.equal(await billing.subscribe(account.wanted(plan)), null)
  }
  const gained = (await held()) - before
  assert.ok(gained >= 5 * Math.floor((1799 - 599) / 31), `the dearer plan of five days costs ${gained}`)
  await assertBooks(account)
})

test('3-D Secure: no film before the member has confirmed; webhooks that come twice, late or in any order count once', async () => {
  const account = await newAccount()
  const billing = account.open()
  const asked = await billing.subscribe(account.wanted('standard', 'sim-3ds'))
  assert.equal(asked?.declined, 'PAYMENT_ACTION')
  assert.equal((await account.held()).state, 'pending')
  assert.equal((await billing.subscribe(account.wanted('basic')))?.declined, 'PAYMENT_PENDING')
  const payment = await database.prisma.payment.findFirstOrThrow({ where: { accountId: account.accountId } })
  await assert.rejects(billing.told(JSON.stringify({ key: payment.id, state: 'succeeded' }), 'forged'), { code: 'PAYMENT_EVENT_INVALID' })
  const { body, signature } = await account.processor.decide(payment.id, 'succeeded')
  await Promise.all([1, 2, 3].map(() => billing.told(body, signature)))
  await account.open().told(body, signature)
  assert.equal((await account.held()).state, 'active')
  assert.equal((await mailsOf(account.accountId)).length, 2, 'one that it has started, one receipt')
  await assertBooks(account)
})

test('a payment that is never confirmed is given up after a day, and one that comes in after that is owed to the member', async () => {
  const account = await newAccount()
  const billing = account.open()
  await billing.subscribe(account.wanted('standard', 'sim-3ds'))
  account.later(2)
  await billing.advance(account.accountId)
  assert.equal((await account.held()).state, 'ended')
  const payment = await database.prisma.payment.findFirstOrThrow({ where: { accountId: account.accountId } })
  await database.prisma.simulatedCharge.update({ where: { key: payment.id }, data: { state: 'action' } })
  const { body, signature } = await account.processor.decide(payment.id, 'succeeded')
  await billing.told(body, signature)
  assert.equal((await ledgerOf(account.accountId)).credit, -1199)
})

test('paused: nothing is charged meanwhile, and the days that were left are there when it goes on', async () => {
  const account = await newAccount()
  const billing = account.open()
  await billing.subscribe(account.wanted('basic'))
  account.later(10)
  await billing.pause(account.accountId)
  account.later(200)
  await billing.advance(account.accountId)
  assert.equal((await account.invoices()).length, 1)
  await billing.resume(account.accountId)
  const { periodEnd } = await account.held()
  assert.equal((periodEnd.getTime() - account.state.now.getTime()) / dayMs, 18)
  assert.equal((await billing.resume(account.accountId))?.declined, 'WRONG_STATE')
})

test('canceled: it lasts to the end of its period and not longer, and may be taken back until then', async () => {
  const account = await newAccount()
  const billing = account.open()
  await billing.subscribe(account.wanted('basic'))
  await billing.cancel(account.accountId)
  assert.equal((await billing.cancel(account.accountId))?.declined, 'WRONG_STATE')
  account.later(20)
  await billing.resume(account.accountId)
  await billing.cancel(account.accountId)
  account.later(9)
  await billing.advance(account.accountId)
  assert.equal((await account.held()).state, 'ended')
  assert.equal((await account.invoices()).length, 1)
  assert.equal((await billing.cancel(account.accountId))?.declined, 'NO_SUBSCRIPTION')
})

test('a refund gives back what was paid and no more, however many ask at once', async () => {
  const account = await newAccount()
  const billing = account.open()
  await billing.subscribe(account.wanted('basic'))
  const [invoice] = await account.invoices()
  assert.ok(invoice)
  const answers = await Promise.all(Array.from({ length: 8 }, () => account.open().refund(invoice.number, 200)))
  assert.equal(answers.filter((answer) => answer === null).length, 2)
  assert.equal((await ledgerOf(account.accountId)).cash, 599 - 400)
  await assertBooks(account)
})

test('the database itself refuses a posting that does not balance, and any change of the ledger', async () => {
  const write = async (...amounts: readonly number[]): Promise<void> => {
    const client = await database.pool.connect()
    const id = `test:${crypto.randomUUID()}`
    try {
      await client.query('begin')
      await client.query(`insert into profile.ledger_posting values ($1, 'a', 'i', 'USD', now())`, [id])
      for (const [at, amount] of amounts.entries())
        await client.query('insert into profile.ledger_entry values ($1, $2, $3)', [id, ['cash', 'revenue', 'tax'][at], amount])
      await client.query('commit')
    } finally {
      await client.query('rollback')
      client.release()
    }
  }
  await write(100, -100)
  for (const amounts of [[100, -99], [100], [], [1, 1, -1]]) await assert.rejects(write(...amounts), /does not balance/)
  for (const change of [
    'update profile.ledger_entry set amount_minor = 0',
    'delete from profile.ledger_entry',
    'delete from profile.ledger_posting',
    'truncate profile.ledger_entry',
  ])
    await assert.rejects(database.pool.query(change), /only added to/, change)
})
