import { randomUUID } from 'node:crypto'
import { parseArgs } from 'node:util'
import { openEngines } from '#platform/engines/engines.ts'
import { createLog } from '#platform/observe/log.ts'
import { migrateDatabase } from '#platform/postgres/migrate.ts'
import { scratchPostgres } from '#platform/postgres/scratch.ts'
import { readConfig } from '#platform/settings/config.ts'
import { createBilling } from '../subgraphs/profile/billing/billing.ts'
import { createSimulatedProcessor } from '../subgraphs/profile/billing/processor.simulated.ts'
import { renewRegularly } from '../subgraphs/profile/billing/renewals.ts'
import { cpuBelow } from './heartbeats/cpu.ts'

// npm run bench:renewals [-- --members N]: so many members whose period is over at once, renewed through the queue of jobs by one
// process, with a database of its own without fsync; CPU is that of the process and of PostgreSQL.
const { values } = parseArgs({ options: { members: { type: 'string', default: '10000' } } })
const members = Number(values.members)
const everyMs = 2_000

await using server = await scratchPostgres()
const url = server.url('renewals')
await migrateDatabase(url)
const log = createLog('bench', 'error')
await using engines = openEngines(readConfig([], { DATABASE_URL: url }), log)
const { prisma } = await engines.open('database')
const start = new Date('2026-01-31T12:00:00Z')
const end = new Date('2026-02-28T12:00:00Z')
const clock = (): Date => new Date(end.getTime() + 1_000)

const plan = { id: 'basic', name: 'Basic', priceCents: 599, currency: 'USD', streamsMax: 1, heightMax: 720 }
await prisma.plan.create({ data: plan })
const ids = Array.from({ length: members }, () => randomUUID())
await prisma.account.createMany({ data: ids.map((id) => ({ id, email: `${id}@example.org`, passwordHash: 'x' })) })
const period = { startedAt: start, anchorAt: start, periodStart: start, periodEnd: end, dueAt: end }
await prisma.subscription.createMany({ data: ids.map((accountId) => ({ accountId, planId: plan.id, state: 'active', ...period })) })

const processor = createSimulatedProcessor(prisma, 'bench')
const billing = createBilling({ prisma, processor, dunningDays: [1, 3, 5, 7], clock, log })
const sum = (cpu: ReadonlyMap<number, number>): number => [...cpu.values()].reduce((all, ms) => all + ms, 0)
const before = sum(cpuBelow(process.pid))
const begun = performance.now()
const renewing = await renewRegularly({ prisma, jobs: await engines.open('jobs'), billing, clock, log })
for (let done = 0; done < members; ) {
  await new Promise((resolve) => setTimeout(resolve, everyMs))
  done = await prisma.invoice.count({ where: { state: 'paid' } })
  const seconds = (performance.now() - begun) / 1000
  console.log(`${done} of ${members} renewed after ${seconds.toFixed(0)} s, ${(done / seconds).toFixed(0)} a second`)
}
const cpuMs = sum(cpuBelow(process.pid)) - before
await renewing[Symbol.asyncDispose]()
const { _sum } = await prisma.ledgerEntry.aggregate({ _sum: { amountMinor: true } })
const invoices = await prisma.invoice.count()
console.log(`${invoices} invoices; the ledger adds up to ${_sum.amountMinor}; ${(cpuMs / members).toFixed(1)} ms CPU each`)
if (invoices !== members || _sum.amountMinor !== 0) process.exitCode = 1
