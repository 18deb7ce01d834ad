import { renewals } from '#platform/contracts/jobs/profile.renewals.ts'
import type { Log } from '#platform/observe/log.ts'
import type { Jobs } from '#platform/ports/jobs.ts'
import { regularly } from '#platform/process/regularly.ts'
import type { Billing } from './billing.ts'
import type { Prisma } from './deps.ts'

export type RenewalDeps = {
  readonly prisma: Prisma
  readonly jobs: Pick<Jobs, 'enqueue' | 'work'>
  readonly billing: Pick<Billing, 'advance'>
  readonly clock: () => Date
  readonly log: Log
  readonly everyMs?: number
}

const minuteMs = 60_000
const pageSize = 1_000
const concurrency = 4

/**
 * Looks once a minute for subscriptions that have something due, and makes a job of each, which any process may do. NOTE: a job that is
 * made or done twice changes nothing; one that is lost is made again by the next look.
 */
export const renewRegularly = async ({ prisma, jobs, billing, clock, log, everyMs = minuteMs }: RenewalDeps): Promise<AsyncDisposable> => {
  await jobs.work({ queue: renewals, concurrency, handle: ({ data: { accountId } }) => billing.advance(accountId) })
  const look = async (): Promise<void> => {
    const dueAt = { lte: clock() }
    for (let after: string | undefined = ''; after !== undefined; ) {
      const due: readonly { readonly accountId: string }[] = await prisma.subscription.findMany({
        where: { dueAt, accountId: { gt: after } },
        select: { accountId: true },
        orderBy: { accountId: 'asc' },
        take: pageSize,
      })
      for (const { accountId } of due) await jobs.enqueue(renewals, { accountId })
      after = due.length < pageSize ? undefined : due.at(-1)?.accountId
    }
  }
  return regularly({ what: 'renewals', everyMs, run: look, log })
}
