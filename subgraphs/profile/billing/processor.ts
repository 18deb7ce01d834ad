/** How a charge stands. `action`: the member has to confirm it at `url` (3-D Secure). `pending`: the processor does not know yet. */
export type Outcome =
  | { readonly state: 'succeeded' }
  | { readonly state: 'failed'; readonly reason: string }
  | { readonly state: 'action'; readonly url: string }
  | { readonly state: 'pending' }

export type Charge = {
  /** The same key is charged once, however often it is asked for. */
  readonly key: string
  readonly amountMinor: number
  readonly currency: string
  /** What the processor knows a member's card by. */
  readonly method: string
}
export type Refund = { readonly key: string; readonly chargeKey: string; readonly amountMinor: number }
/** What a processor tells by itself, in any order and any number of times. */
export type Told = { readonly key: string; readonly outcome: Outcome }

/** Who takes and gives back money. Calls reject when it is not known what became of them; asking again tells. */
export type PaymentProcessor = {
  readonly charge: (charge: Charge) => Promise<Outcome>
  readonly refund: (refund: Refund) => Promise<Outcome>
  /** Gives a charge up that the member has not confirmed; `succeeded` when it was too late for that. */
  readonly abandon: (key: string) => Promise<Outcome>
  /** What a webhook tells. Throws PAYMENT_EVENT_INVALID unless it is the processor's, unchanged. */
  readonly readEvent: (body: string, signature: string) => Told
}
