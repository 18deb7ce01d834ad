import type { Log } from '#platform/observe/log.ts'
import type { Database } from '#platform/postgres/database.ts'
import type { PaymentProcessor } from './processor.ts'

export type Prisma = Database['prisma']
type Row<T> = Exclude<T, null>
export type Subscription = Row<Awaited<ReturnType<Prisma['subscription']['findUnique']>>>
export type Invoice = Row<Awaited<ReturnType<Prisma['invoice']['findUnique']>>>
export type Payment = Row<Awaited<ReturnType<Prisma['payment']['findUnique']>>>
export type Plan = Row<Awaited<ReturnType<Prisma['plan']['findUnique']>>>

/** A subscription with the plan that it has. */
export type Held = Subscription & { readonly plan: Plan }

export type BillingDeps = {
  readonly prisma: Prisma
  readonly processor: PaymentProcessor
  /** Days after a declined payment on which it is tried again, each counted from the one before; then it is given up. */
  readonly dunningDays: readonly number[]
  readonly clock: () => Date
  readonly log: Log
}

/** What cannot be done, and why; `code` is one of the refusals that members may read. */
export type Declined = {
  readonly declined:
    | 'NO_SUCH_PLAN'
    | 'NO_SUBSCRIPTION'
    | 'WRONG_STATE'
    | 'PAYMENT_DECLINED'
    | 'PAYMENT_ACTION'
    | 'PAYMENT_PENDING'
    | 'PRICE_CHANGED'
    | 'NO_SUCH_INVOICE'
  readonly message: string
  readonly actionUrl?: string
}
export const decline = (declined: Declined['declined'], message: string): Declined => ({ declined, message })
export const isDeclined = (result: object | null): result is Declined => result !== null && 'declined' in result
