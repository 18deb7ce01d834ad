import { removedProfiles } from '#platform/contracts/topics/profile.removed.ts'
import type { Database, Transaction } from '#platform/postgres/database.ts'
import { outboxEvent } from '#platform/postgres/outbox.ts'
import { endIn } from './session-store.postgres.ts'
import type { Removals } from './store.ts'

type Prisma = Database['prisma']

const accountsMax = 20
const profilesMax = 1_000

/** Publishes that profiles are removed, in the transaction that removes them. */
export const noteRemoved = async (tx: Transaction, ids: readonly string[], removedAt: Date): Promise<void> => {
  if (ids.length === 0) return
  await tx.removedProfile.createMany({ data: ids.map((id) => ({ id, removedAt })), skipDuplicates: true })
  await tx.profileOutbox.createMany({ data: ids.map((profileId) => outboxEvent(removedProfiles, { profileId })) })
}

/** Removal of accounts in the `profile` schema. */
export const postgresRemovals = (prisma: Prisma): Removals => ({
  ask: async (id, deleteAt) => (await prisma.account.updateMany({ where: { id }, data: { deleteAt } })).count > 0,
  takeBack: async (id) => (await prisma.account.updateMany({ where: { id, deleteAt: { not: null } }, data: { deleteAt: null } })).count > 0,
  removeDue: (now, tokensUntil) => prisma.$transaction((tx) => removeDue(tx, now, tokensUntil)),
  publishAgain: (before) => prisma.$transaction((tx) => publishAgain(tx, before)),
})

/** NOTE: accounts that another process removes are passed over. */
const removeDue = async (tx: Transaction, now: Date, tokensUntil: Date): Promise<number> => {
  const due = await tx.$queryRaw<{ id: string }[]>`
    select id from profile.account where delete_at <= ${now} order by delete_at limit ${accountsMax} for update skip locked`
  for (const { id } of due) {
    const profiles = await tx.profile.findMany({ where: { accountId: id }, select: { id: true } })
    await noteRemoved(
      tx,
      profiles.map((profile) => profile.id),
      now,
    )
    await endIn(tx, { accountId: id, except: '' }, tokensUntil)
    await tx.account.delete({ where: { id } })
  }
  return due.length
}

const publishAgain = async (tx: Transaction, before: Date): Promise<number> => {
  const gone = await tx.$queryRaw<{ id: string }[]>`
    delete from profile.removed_profile where id in (
      select id from profile.removed_profile where removed_at < ${before} order by removed_at limit ${profilesMax} for update skip locked)
    returning id`
  if (gone.length > 0) await tx.profileOutbox.createMany({ data: gone.map(({ id }) => outboxEvent(removedProfiles, { profileId: id })) })
  return gone.length
}
