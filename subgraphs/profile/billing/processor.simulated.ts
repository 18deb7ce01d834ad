import { createHmac } from 'node:crypto'
import { z } from 'zod'
import { CinegraphError } from '#platform/errors/errors.ts'
import { secretEqual } from '#platform/identity/secret-equal.ts'
import type { Prisma } from './deps.ts'
import type { Outcome, PaymentProcessor, Told } from './processor.ts'

/** What becomes of a charge, by the card. NOTE: any other name is a card that works. */
const cards: Readonly<Record<string, Outcome['state']>> = { 'sim-declined': 'failed', 'sim-3ds': 'action', 'sim-slow': 'pending' }
const Event = z.object({ key: z.string(), state: z.enum(['succeeded', 'failed']) })

export type SimulatedProcessor = PaymentProcessor & {
  /** What the member, or the bank, decides later of a charge; gives the webhook that tells it. */
  readonly decide: (key: string, state: 'succeeded' | 'failed') => Promise<{ readonly body: string; readonly signature: string }>
}

const outcomeOf = (key: string, state: string): Outcome => {
  if (state === 'succeeded' || state === 'pending') return { state }
  if (state === 'failed') return { state, reason: 'the card was declined' }
  return { state: 'action', url: `#/confirm/${encodeURIComponent(key)}` }
}

/** A payment processor that moves no money: it remembers what it was asked for in the database, and decides by the name of the card. */
export const createSimulatedProcessor = (prisma: Prisma, secret: string): SimulatedProcessor => {
  const sign = (body: string): string => createHmac('sha256', secret).update(body).digest('hex')
  const remember = async (data: Parameters<Prisma['simulatedCharge']['create']>[0]['data']): Promise<Outcome> => {
    await prisma.simulatedCharge.createMany({ data, skipDuplicates: true })
    const { state } = await prisma.simulatedCharge.findUniqueOrThrow({ where: { key: data.key } })
    return outcomeOf(data.key, state)
  }
  const settleOpen = async (key: string, state: string): Promise<Outcome> => {
    await prisma.simulatedCharge.updateMany({ where: { key, state: { in: ['action', 'pending'] } }, data: { state } })
    const found = await prisma.simulatedCharge.findUnique({ where: { key } })
    return outcomeOf(key, found?.state ?? 'failed')
  }
  return {
    charge: ({ key, amountMinor, currency, method }) =>
      remember({ key, amountMinor, currency, method, state: cards[method] ?? 'succeeded' }),
    refund: ({ key, chargeKey, amountMinor }) =>
      remember({ key, chargeKey, amountMinor: 0 - amountMinor, currency: '', method: '', state: 'succeeded' }),
    abandon: (key) => settleOpen(key, 'failed'),
    readEvent: (body, signature): Told => {
      if (!secretEqual(signature, sign(body))) throw new CinegraphError('PAYMENT_EVENT_INVALID')
      const { key, state } = Event.parse(JSON.parse(body))
      return { key, outcome: outcomeOf(key, state) }
    },
    decide: async (key, state) => {
      const outcome = await settleOpen(key, state)
      const body = JSON.stringify({ key, state: outcome.state })
      return { body, signature: sign(body) }
    },
  }
}
