import { subscriptions } from '#platform/contracts/topics/profile.subscriptions.ts'
import { CinegraphError } from '#platform/errors/errors.ts'
import type { Database } from '#platform/postgres/database.ts'
import { outboxEvent } from '#platform/postgres/outbox.ts'
import { noteRemoved } from './removal.postgres.ts'
import type { AccountStore, Profile, ProfileStore } from './store.ts'

type Prisma = Database['prisma']
const withPlan = { subscription: { include: { plan: true } } } as const

/** Accounts in the `profile` schema. */
export const postgresAccounts = (prisma: Prisma): AccountStore => ({
  accounts: (ids) => prisma.account.findMany({ where: { id: { in: [...ids] } }, include: withPlan }),
  withPassword: async (email) => {
    const found = await prisma.account.findUnique({ where: { email }, include: withPlan })
    return found === null ? null : { account: found, passwordHash: found.passwordHash }
  },
  passwordOf: async (id) => (await prisma.account.findUnique({ where: { id }, select: { passwordHash: true } }))?.passwordHash ?? null,
  pinOf: async (id) => (await prisma.account.findUnique({ where: { id }, select: { pinHash: true } }))?.pinHash ?? null,
  setPin: async (id, pinHash) => (await prisma.account.updateMany({ where: { id }, data: { pinHash } })).count > 0,
  setPassword: async (id, passwordHash) => void (await prisma.account.update({ where: { id }, data: { passwordHash } })),
  create: async ({ account: { id, email, operator }, passwordHash, profile: { accountId: _, ...profile } }) => {
    try {
      await prisma.account.create({ data: { id, email, operator, passwordHash, profiles: { create: profile } } })
    } catch (error) {
      if (error instanceof Error && 'code' in error && error.code === 'P2002') throw new CinegraphError('EMAIL_TAKEN', {}, error)
      throw error
    }
  },
  subscribe: (accountId, planId, at) => prisma.$transaction((tx) => subscribeIn(tx, { accountId, planId, at })),
  cancel: async (accountId) => {
    const [cancelled] = await prisma.subscription.updateManyAndReturn({
      where: { accountId, active: true },
      data: { active: false },
      include: { plan: true },
    })
    return cancelled ?? null
  },
  plans: () => prisma.plan.findMany({ orderBy: { priceCents: 'asc' } }),
})

type Transaction = Parameters<Parameters<Prisma['$transaction']>[0]>[0]

/** A subscription that was active keeps its start, and its start is published once. */
const subscribeIn = async (
  tx: Transaction,
  { accountId, planId, at }: { readonly accountId: string; readonly planId: string; readonly at: Date },
) => {
  const plan = await tx.plan.findUnique({ where: { id: planId } })
  if (plan === null) return null
  // NOTE: of two at the same time the second sees what the first has saved.
  await tx.$queryRaw`select 1 from profile.account where id = ${accountId} for update`
  const before = await tx.subscription.findUnique({ where: { accountId } })
  const startedAt = before?.active ? before.startedAt : at
  const active = { planId, active: true, startedAt }
  const include = { plan: true, account: true } as const
  const saved = await tx.subscription.upsert({ where: { accountId }, create: { accountId, ...active }, update: active, include })
  if (!before?.active) {
    const event = { accountId, email: saved.account.email, planName: plan.name, startedAt: startedAt.toISOString() }
    await tx.profileOutbox.create({ data: outboxEvent(subscriptions, event) })
  }
  return saved
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
