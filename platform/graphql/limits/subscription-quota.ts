import { CinegraphError } from '#platform/errors/errors.ts'

export type QuotaLimits = { readonly perSocketMax: number; readonly perAccountMax: number; readonly perProcessMax: number }
/** What a subscription is counted for. A request over HTTP is its own socket. */
export type QuotaHolder = { readonly socket?: object | undefined; readonly account?: string | undefined }

export const defaultQuota: QuotaLimits = { perSocketMax: 50, perAccountMax: 100, perProcessMax: 10_000 }

/** Counts subscriptions that are open per socket, per account and in the process. */
export class SubscriptionQuota {
  readonly #limits: QuotaLimits
  readonly #bySocket = new WeakMap<object, number>()
  readonly #byAccount = new Map<string, number>()
  #open = 0
  constructor(limits: QuotaLimits = defaultQuota) {
    this.#limits = limits
  }
  get open(): number {
    return this.#open
  }

  /** Counts one more until the result is disposed. Throws TOO_MANY_SUBSCRIPTIONS. */
  take({ socket, account }: QuotaHolder): Disposable {
    const { perSocketMax, perAccountMax, perProcessMax } = this.#limits
    if (this.#open >= perProcessMax) throw tooMany('This server', perProcessMax)
    if (socket !== undefined && (this.#bySocket.get(socket) ?? 0) >= perSocketMax) throw tooMany('This connection', perSocketMax)
    if (account !== undefined && (this.#byAccount.get(account) ?? 0) >= perAccountMax) throw tooMany('This account', perAccountMax)
    this.#count({ socket, account }, 1)
    let isOpen = true
    return {
      [Symbol.dispose]: () => {
        if (isOpen) this.#count({ socket, account }, -1)
        isOpen = false
      },
    }
  }

  #count({ socket, account }: QuotaHolder, by: number): void {
    this.#open += by
    if (socket !== undefined) this.#bySocket.set(socket, (this.#bySocket.get(socket) ?? 0) + by)
    if (account === undefined) return
    const left = (this.#byAccount.get(account) ?? 0) + by
    if (left === 0) this.#byAccount.delete(account)
    else this.#byAccount.set(account, left)
  }
}

const tooMany = (what: string, max: number): CinegraphError => new CinegraphError('TOO_MANY_SUBSCRIPTIONS', { what, max })
