import type { Transaction } from '#platform/postgres/database.ts'

/** In which a member is written to: that of the account's first profile. */
export const languageOf = async (tx: Transaction, accountId: string): Promise<string> =>
  (await tx.profile.findFirst({ where: { accountId }, select: { language: true }, orderBy: [{ createdAt: 'asc' }, { id: 'asc' }] }))
    ?.language ?? 'en'
