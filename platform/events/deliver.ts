import { setTimeout as sleep } from 'node:timers/promises'
import { isStoreFault } from './store-fault.ts'

export type Delivery<E> = {
  readonly handle: (events: readonly E[]) => Promise<void>
  /** Called for an event that its handler cannot take; rejects when it could not be put aside. */
  readonly setAside: (event: E, error: unknown) => Promise<void>
  /** False while nothing can be said of an event, because what handlers depend on does not work. */
  readonly isHealthy: () => Promise<boolean>
  readonly onRetry: (error: unknown, waitMs: number) => void
  readonly signal: AbortSignal
}

const triesMax = 3
const eventBackoff = { baseMs: 100, maxMs: 1_000 }
const storeBackoff = { baseMs: 100, maxMs: 10_000 }

const waitMsOf = (attempt: number, { baseMs, maxMs }: typeof storeBackoff): number =>
  Math.min(maxMs, baseMs * 2 ** attempt) * (0.5 + Math.random() / 2)

/**
 * Hands events to their handler until each is handled or set aside, in order. Faults of a store are retried without end, with
 * growing pauses. For any other error the batch is halved until the one event that causes it stands alone. Throws when aborted.
 */
export const deliver = async <E>(events: readonly E[], delivery: Delivery<E>): Promise<void> => {
  const { handle, signal, onRetry } = delivery
  let faults = 0
  for (let tries = 1; ; ) {
    try {
      return await handle(events)
    } catch (error) {
      signal.throwIfAborted()
      const isFault = isStoreFault(error) || !(await delivery.isHealthy())
      if (!isFault && events.length > 1) return deliverHalves(events, delivery)
      if (!isFault && tries >= triesMax) return setAside(events, error, delivery)
      const waitMs = isFault ? waitMsOf(faults++, storeBackoff) : waitMsOf(tries++, eventBackoff)
      onRetry(error, waitMs)
      await sleep(waitMs, undefined, { signal })
    }
  }
}

const deliverHalves = async <E>(events: readonly E[], delivery: Delivery<E>): Promise<void> => {
  const middle = Math.ceil(events.length / 2)
  await deliver(events.slice(0, middle), delivery)
  await deliver(events.slice(middle), delivery)
}

const setAside = async <E>([event]: readonly E[], error: unknown, { setAside: put, onRetry, signal }: Delivery<E>): Promise<void> => {
  for (let faults = 0; event !== undefined; faults += 1) {
    try {
      return await put(event, error)
    } catch (fault) {
      signal.throwIfAborted()
      const waitMs = waitMsOf(faults, storeBackoff)
      onRetry(fault, waitMs)
      await sleep(waitMs, undefined, { signal })
    }
  }
}
