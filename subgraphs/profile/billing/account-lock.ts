import type { Transaction } from '#platform/postgres/database.ts'
import type { Prisma } from './deps.ts'

/** One after the other for each key, in this process, so that a crowd at one account holds one connection and not all. */
export class Turns {
  readonly #last = new Map<string, Promise<unknown>>()
  async take<T>(key: string, work: () => Promise<T>): Promise<T> {
    const before = this.#last.get(key) ?? Promise.resolve()
    const mine = before.then(work, work)
    this.#last.set(key, mine)
    try {
      return await mine
    } finally {
      if (this.#last.get(key) === mine) this.#last.delete(key)
    }
  }
}

const limits = { maxWait: 20_000, timeout: 20_000 }

/** A transaction that no other of the account overlaps, in whatever process; null when there is no such account. */
export const inAccount = <T>(prisma: Prisma, accountId: string, work: (tx: Transaction, email: string) => Promise<T>): Promise<T | null> =>
  prisma.$transaction(async (tx) => {
    const [account] = await tx.$queryRaw<{ email: string }[]>`select email from profile.account where id = ${accountId} for update`
    return account === undefined ? null : work(tx, account.email)
  }, limits)
