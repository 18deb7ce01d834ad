import assert from 'node:assert/strict'
import { payments } from '#platform/contracts/topics/profile.payments.ts'
import type { Database, openDatabase } from '#platform/postgres/database.ts'
import { type Billing, createBilling } from '../subgraphs/profile/billing/billing.ts'
import type { Invoice } from '../subgraphs/profile/billing/deps.ts'
import { type State, states } from '../subgraphs/profile/billing/machine.ts'
import { createSimulatedProcessor } from '../subgraphs/profile/billing/processor.simulated.ts'
import type { PaymentProcessor } from '../subgraphs/profile/billing/processor.ts'
import { copyDatabase, log } from './boot.ts'

export const dayMs = 86_400_000
let database: Database
/** A seeded database for the tests of a file, opened by `open`. */
export const openBooks = async (open: typeof openDatabase): Promise<AsyncDisposable & { readonly database: Database }> => {
  const stack = new AsyncDisposableStack()
  const { url } = stack.use(await copyDatabase())
  database = stack.use(open(url))
  return { database, [Symbol.asyncDispose]: () => stack.disposeAsync() }
}

let accounts = 0
/** The money of a new account, with a clock and faults of its own. */
export const newAccount = async (start = new Date('2026-01-31T12:00:00Z')) => {
  accounts += 1
  const accountId = `a-billing-${accounts}`
  await database.prisma.account.create({ data: { id: accountId, email: `${accountId}@example.org`, passwordHash: 'x' } })
  const state = { now: start, method: 'sim-ok', faults: [] as ('before' | 'after' | 'none')[], made: 0 }
  const processor = createSimulatedProcessor(database.prisma, 'secret')
  const faulty: PaymentProcessor = {
    ...processor,
    charge: async (charge) => {
      const fault = state.faults.shift() ?? 'none'
      if (fault === 'before') throw new Error('the request was lost')
      const outcome = await processor.charge(charge)
      if (fault === 'after') throw new Error('the answer was lost')
      return outcome
    },
  }
  const open = (): Billing =>
    createBilling({ prisma: database.prisma, processor: faulty, dunningDays: [1, 3, 5, 7], clock: () => state.now, log })
  const later = (days: number): void => {
    state.now = new Date(state.now.getTime() + days * dayMs)
  }
  const wanted = (planId: string, method: string | null = null) => ({ accountId, planId, method, expectedMinor: null, country: 'DE' })
  const held = () => database.prisma.subscription.findUniqueOrThrow({ where: { accountId } })
  const invoices = (): Promise<readonly Invoice[]> => database.prisma.invoice.findMany({ where: { accountId }, orderBy: { number: 'asc' } })
  return { accountId, state, processor, open, later, wanted, held, invoices }
}
export type MoneyOfAccount = Awaited<ReturnType<typeof newAccount>>

export const ledgerOf = async (accountId: string): Promise<Readonly<Record<string, number>>> => {
  const { rows } = await database.pool.query<{ account: string; sum: number }>(
    `select ledger_account as account, sum(amount_minor)::int as sum from profile.ledger_entry
      join profile.ledger_posting on id = posting_id where account_id = $1 group by 1`,
    [accountId],
  )
  return Object.fromEntries(rows.map(({ account, sum }) => [account, sum]))
}
const movedBy = async (invoices: readonly Invoice[]): Promise<number> => {
  const keys = invoices.map(({ id }) => `${id}:%`)
  const { rows } = await database.pool.query<{ sum: number }>(
    `select coalesce(sum(amount_minor), 0)::int as sum from profile.simulated_charge where state = 'succeeded' and key like any($1)`,
    [keys],
  )
  return rows[0]?.sum ?? 0
}
export const mailsOf = async (accountId: string) => {
  const { rows } = await database.pool.query<{ topic: string; event: { reference?: string; outcome?: string; startedAt?: string } }>(
    'select topic, event from profile.outbox where key = $1 order by id',
    [accountId],
  )
  return rows
}

/** What holds at any time, whatever happened. */
export const assertBooks = async ({ accountId, held, invoices }: MoneyOfAccount): Promise<void> => {
  const all = await invoices()
  const ledger = await ledgerOf(accountId)
  assert.equal(
    Object.values(ledger).reduce((sum, each) => sum + each, 0),
    0,
    'the ledger adds up to nothing',
  )
  assert.ok((ledger.credit ?? 0) <= 0, 'no member owes a credit')
  const open = all.filter(({ state }) => state === 'open')
  assert.equal(
    ledger.receivable ?? 0,
    open.reduce((sum, { totalMinor, creditMinor }) => sum + totalMinor - creditMinor, 0),
    'what is owed is what is open',
  )
  assert.equal(ledger.cash ?? 0, await movedBy(all), 'the cash is what the processor moved')
  const subscription = await held().catch(() => null)
  if (subscription !== null) assert.ok(states.includes(subscription.state as State))
  const periods = all.filter(({ kind, state }) => kind !== 'change' && state === 'paid')
  for (const [at, period] of periods.entries()) {
    const next = periods[at + 1]
    if (next !== undefined) assert.ok(next.periodStart >= period.periodStart)
  }
  const told = await mailsOf(accountId)
  const references = told.filter(({ topic }) => topic === payments.name).map(({ event }) => `${event.outcome} ${event.reference}`)
  assert.equal(new Set(references).size, references.length, 'each mail once')
  const paid = all.filter(({ state, totalMinor }) => state === 'paid' && totalMinor >= 0)
  assert.equal(references.filter((reference) => reference.startsWith('paid ')).length, paid.length, 'a receipt for each that was paid')
}
