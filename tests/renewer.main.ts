import { setTimeout as sleep } from 'node:timers/promises'
import { openEngines } from '#platform/engines/engines.ts'
import { readConfig } from '#platform/settings/config.ts'
import { createBilling } from '../subgraphs/profile/billing/billing.ts'
import { createSimulatedProcessor } from '../subgraphs/profile/billing/processor.simulated.ts'
import type { PaymentProcessor } from '../subgraphs/profile/billing/processor.ts'
import { log } from './boot.ts'

/**
 * Renews whatever is due at an instant, four accounts at a time, as a worker does; kills itself with SIGKILL, on either side of the
 * charge it has counted to or some time after it. Ends by itself when nothing is due any more.
 */
const [url = '', now = '', count = '0', where = 'never'] = process.argv.slice(2)
const engines = openEngines(readConfig([], { DATABASE_URL: url }), log)
const database = await engines.open('database')
const clock = (): Date => new Date(now)
const die = (): boolean => process.kill(process.pid, 'SIGKILL')

const simulated = createSimulatedProcessor(database.prisma, 'secret')
let charges = 0
const mortal: PaymentProcessor = {
  ...simulated,
  charge: async (charge) => {
    charges += 1
    const isLast = charges === Number(count)
    if (isLast && where === 'before') die()
    const outcome = await simulated.charge(charge)
    if (isLast && where === 'after') die()
    if (isLast && where === 'later') void sleep(charges % 20).then(die)
    return outcome
  },
}
const billing = createBilling({ prisma: database.prisma, processor: mortal, dunningDays: [1, 3, 5, 7], clock, log })
const isDue = { dueAt: { lte: clock() } }
for (;;) {
  const due = await database.prisma.subscription.findMany({ where: isDue, select: { accountId: true }, take: 4 })
  if (due.length === 0) break
  await Promise.all(due.map(({ accountId }) => billing.advance(accountId)))
}
await engines[Symbol.asyncDispose]()
