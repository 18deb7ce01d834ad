import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import fc from 'fast-check'
import { openDatabase } from '#platform/postgres/database.ts'
import { assertBooks, type MoneyOfAccount, newAccount, openBooks } from '../../../tests/books.ts'
import type { Billing } from './billing.ts'
import type { SimulatedProcessor } from './processor.simulated.ts'

let books: Awaited<ReturnType<typeof openBooks>>
let database: typeof books.database
before(async () => {
  books = await openBooks(openDatabase)
  database = books.database
})
after(() => books?.[Symbol.asyncDispose]())

type Step =
  | { readonly do: 'subscribe'; readonly plan: string; readonly card: string }
  | { readonly do: 'cancel' | 'pause' | 'resume' | 'advance' | 'webhook' | 'refund' }
  | { readonly do: 'later'; readonly days: number }
  | { readonly do: 'card'; readonly card: string }
  | { readonly do: 'fault'; readonly fault: 'before' | 'after' }
const card = fc.constantFrom('sim-ok', 'sim-ok', 'sim-declined', 'sim-3ds', 'sim-slow')
const step: fc.Arbitrary<Step> = fc.oneof(
  fc.record({ do: fc.constant('subscribe' as const), plan: fc.constantFrom('basic', 'standard', 'premium'), card }),
  fc.record({
    do: fc.constantFrom('cancel' as const, 'pause' as const, 'resume' as const, 'advance' as const, 'webhook' as const, 'refund' as const),
  }),
  fc.record({ do: fc.constant('later' as const), days: fc.constantFrom(0, 1, 3, 10, 31, 70) }),
  fc.record({ do: fc.constant('card' as const), card }),
  fc.record({ do: fc.constant('fault' as const), fault: fc.constantFrom('before' as const, 'after' as const) }),
)

const carryOut = async (account: MoneyOfAccount, each: Step): Promise<void> => {
  const { accountId, state, processor } = account
  // A billing of its own for each step: nothing is remembered but what the database holds, as after a crash.
  const billing = account.open()
  if (each.do === 'later') return account.later(each.days)
  if (each.do === 'fault') return void state.faults.push(each.fault)
  if (each.do === 'card')
    return void (await database.prisma.subscription.updateMany({ where: { accountId }, data: { paymentMethod: each.card } }))
  if (each.do === 'subscribe') return void (await billing.subscribe(account.wanted(each.plan, each.card)))
  if (each.do === 'advance') return billing.advance(accountId)
  if (each.do === 'webhook') return decideOne(account, processor, billing)
  if (each.do === 'refund') {
    const last = (await account.invoices()).findLast(({ state: invoiceState }) => invoiceState === 'paid')
    if (last !== undefined) await billing.refund(last.number, 100)
    return
  }
  await billing[each.do](accountId)
}

const decideOne = async ({ accountId }: MoneyOfAccount, processor: SimulatedProcessor, billing: Billing): Promise<void> => {
  const payment = await database.prisma.payment.findFirst({ where: { accountId, kind: 'charge' }, orderBy: { createdAt: 'desc' } })
  if (payment === null) return
  const { body, signature } = await processor.decide(payment.id, 'succeeded')
  await Promise.all([billing.told(body, signature), billing.told(body, signature)])
}

test('whatever happens, in any order and all at once, with answers lost in between: the books balance, no period is charged twice, every mail is one', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(fc.array(step, { minLength: 1, maxLength: 3 }), { minLength: 1, maxLength: 10 }), async (rounds) => {
      const account = await newAccount()
      for (const round of rounds) {
        await Promise.all(round.map((each) => carryOut(account, each)))
        // What a processor moved and nobody has written down yet is asked for again before the cash is compared.
        account.state.faults = []
        await account.open().advance(account.accountId)
        await assertBooks(account)
      }
      const all = await account.invoices()
      const keys = all.flatMap(({ periodKey }) => periodKey ?? [])
      assert.equal(new Set(keys).size, keys.length)
    }),
    { numRuns: 40, endOnFailure: true, interruptAfterTimeLimit: 90_000, markInterruptAsFailure: false },
  )
  const { rows } = await database.pool.query<{ gaps: number }>(
    'select (max(number) - min(number) + 1 - count(*))::int as gaps from profile.invoice',
  )
  assert.equal(rows[0]?.gaps, 0, 'invoice numbers have no gaps')
})

test('200 requests at once on one account, through two processes, leave one consistent subscription', async () => {
  const account = await newAccount()
  const processes = [account.open(), account.open()]
  await processes[0]?.subscribe(account.wanted('basic'))
  account.later(28)
  await Promise.all(
    Array.from({ length: 200 }, (_, at) => {
      const billing = processes[at % 2] ?? account.open()
      if (at % 4 === 0) return billing.advance(account.accountId)
      if (at % 4 === 1) return billing.subscribe(account.wanted(at % 8 === 1 ? 'premium' : 'standard'))
      return at % 4 === 2 ? billing.cancel(account.accountId) : billing.resume(account.accountId)
    }),
  )
  await assertBooks(account)
  const renewals = (await account.invoices()).filter(({ kind }) => kind === 'period')
  assert.ok(renewals.length <= 1)
  assert.ok(['active', 'canceled'].includes((await account.held()).state))
})

test('a change of plan that many processes are asked for at once is charged once; the others are told to wait', async () => {
  for (let round = 0; round < 5; round += 1) {
    const account = await newAccount()
    await account.open().subscribe(account.wanted('basic'))
    const answers = await Promise.all(Array.from({ length: 6 }, () => account.open().subscribe(account.wanted('premium', 'sim-slow'))))
    assert.deepEqual([...new Set(answers.map((answer) => answer?.declined))], ['PAYMENT_PENDING'])
    assert.equal((await account.invoices()).length, 2)
  }
})
