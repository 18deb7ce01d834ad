import { CinegraphError } from '#platform/errors/errors.ts'
import type { Database, Transaction } from '#platform/postgres/database.ts'
import type { State } from './billing/machine.ts'
import { noteRemoved } from './removal.postgres.ts'
import type { Account, AccountStore, NewAccount, Profile, ProfileStore, Subscription } from './store.ts'

type Prisma = Database['prisma']
const withPlan = { subscription: { include: { plan: true } } } as const

type Row = Awaited<ReturnType<Prisma['account']['findMany']>>[number] & {
  readonly subscription: (Omit<Subscription, 'state'> & { readonly state: string }) | null
}
/** NOTE: the states that a database holds are those that the machine gave. */
const toAccount = ({ subscription, ...account }: Row): Account => ({
  ...account,
  subscription: subscription === null ? null : { ...subscription, state: subscription.state as State },
})

/** Accounts in the `profile` schema. */
export const postgresAccounts = (prisma: Prisma): AccountStore => ({
  accounts: async (ids) => (await prisma.account.findMany({ where: { id: { in: [...ids] } }, include: withPlan })).map(toAccount),
  withPassword: async (email) => {
    const found = await prisma.account.findUnique({ where: { email }, include: withPlan })
    return found === null ? null : { account: toAccount(found), passwordHash: found.passwordHash }
  },
  hasPassword: async (id, passwordHash) =>
    (await prisma.$queryRaw<object[]>`select 1 from profile.account where id = ${id} and password_hash = ${passwordHash} for share`)
      .length > 0,
  passwordOf: async (id) => (await prisma.account.findUnique({ where: { id }, select: { passwordHash: true } }))?.passwordHash ?? null,
  pinOf: async (id) => (await prisma.account.findUnique({ where: { id }, select: { pinHash: true } }))?.pinHash ?? null,
  setPin: async (id, pinHash) => (await prisma.account.updateMany({ where: { id }, data: { pinHash } })).count > 0,
  plans: () => prisma.plan.findMany({ orderBy: { priceCents: 'asc' } }),
})

/** Account and first profile, both or neither. Throws EMAIL_TAKEN. */
export const createIn = async (tx: Transaction, { account, passwordHash, profile }: NewAccount): Promise<void> => {
  const { id, email, operator } = account
  const { accountId: _, ...first } = profile
  try {
    await tx.account.create({ data: { id, email, operator, passwordHash, profiles: { create: first } } })
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'P2002') throw new CinegraphError('EMAIL_TAKEN', {}, error)
    throw error
  }
}

/** Profiles in the `profile` schema. */
export const postgresProfiles = (prisma: Prisma): ProfileStore => ({
  profiles: (ids) => prisma.profile.findMany({ where: { id: { in: [...ids] } } }),
  ofAccounts: (accountIds) =>
    prisma.profile.findMany({ where: { accountId: { in: [...accountIds] } }, orderBy: [{ createdAt: 'asc' }, { id: 'asc' }] }),
  save: async ({ id, accountId, name, avatar, language, maturityLimit, kids }) =>
    (await prisma.profile.updateMany({ where: { id, accountId }, data: { name, avatar, language, maturityLimit, kids } })).count > 0,
  setPin: async (accountId, id, pinHash) => (await prisma.profile.updateMany({ where: { id, accountId }, data: { pinHash } })).count > 0,
  remove: (profile) => prisma.$transaction((tx) => removeIn(tx, profile)),
  add: (profile, max) => prisma.$transaction((tx) => addIn(tx, profile, max)),
})

const addIn = async (tx: Transaction, profile: Profile, max: number): Promise<boolean> => {
  // NOTE: the lock on the account makes counting and adding one step for two who add at the same time.
  const [account] = await tx.$queryRaw<object[]>`select 1 from profile.account where id = ${profile.accountId} for update`
  if (account === undefined) throw new CinegraphError('UNAUTHENTICATED')
  if ((await tx.profile.count({ where: { accountId: profile.accountId } })) >= max) return false
  await tx.profile.create({ data: profile })
  return true
}

/** NOTE: under the lock of the account, so that two who remove the last two profiles at the same time leave one. */
const removeIn = async (tx: Transaction, { id, accountId }: Pick<Profile, 'id' | 'accountId'>): Promise<boolean> => {
  await tx.$queryRaw`select 1 from profile.account where id = ${accountId} for update`
  if ((await tx.profile.count({ where: { accountId } })) <= 1) return false
  if ((await tx.profile.deleteMany({ where: { id, accountId } })).count === 0) return false
  await noteRemoved(tx, [id], new Date())
  return true
}
