/**
 * The accounts of the ledger. Amounts are debits when positive and credits when negative; those of one posting add up to nothing.
 * `cash`: at the payment processor. `receivable`: what members owe. `credit`: what is owed to members. `revenue`: without `tax`.
 */
export const ledgerAccounts = ['cash', 'receivable', 'credit', 'revenue', 'tax'] as const
export type LedgerAccount = (typeof ledgerAccounts)[number]
export type Entry = { readonly ledgerAccount: LedgerAccount; readonly amountMinor: number }

/** What is written to the ledger at once; its id says what it is for, so that it is written once. */
export type Posting = { readonly id: string; readonly entries: readonly Entry[] }

type Invoiced = {
  readonly id: string
  readonly totalMinor: number
  readonly netMinor: number
  readonly taxMinor: number
  readonly creditMinor: number
}

const posting = (id: string, amounts: Readonly<Partial<Record<LedgerAccount, number>>>): Posting => ({
  id,
  entries: ledgerAccounts.flatMap((ledgerAccount) => {
    const amountMinor = amounts[ledgerAccount] ?? 0
    return amountMinor === 0 ? [] : [{ ledgerAccount, amountMinor }]
  }),
})

/** An invoice that is to be paid, less what is owed to the member; one below zero is owed to the member from now on. */
export const issued = ({ id, totalMinor, netMinor, taxMinor, creditMinor }: Invoiced): Posting =>
  totalMinor < 0
    ? posting(`issued:${id}`, { revenue: -netMinor, tax: -taxMinor, credit: totalMinor })
    : posting(`issued:${id}`, { revenue: -netMinor, tax: -taxMinor, credit: creditMinor, receivable: totalMinor - creditMinor })

/** The invoice is not to be paid any more. */
export const voided = ({ id, totalMinor, netMinor, taxMinor, creditMinor }: Invoiced): Posting =>
  posting(`voided:${id}`, { revenue: netMinor, tax: taxMinor, credit: -creditMinor, receivable: creditMinor - totalMinor })

export const paid = (paymentId: string, amountMinor: number): Posting =>
  posting(`paid:${paymentId}`, { cash: amountMinor, receivable: -amountMinor })

/** A payment for what needed none any more is owed to the member. */
export const overpaid = (paymentId: string, amountMinor: number): Posting =>
  posting(`paid:${paymentId}`, { cash: amountMinor, credit: -amountMinor })

export const refunded = (paymentId: string, { netMinor, taxMinor }: { readonly netMinor: number; readonly taxMinor: number }): Posting =>
  posting(`refunded:${paymentId}`, { revenue: netMinor, tax: taxMinor, cash: -(netMinor + taxMinor) })
