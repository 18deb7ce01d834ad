import type { Database, Transaction } from '#platform/postgres/database.ts'
import { type Listed, listMax, type MyListStore } from './my-list.ts'

type Prisma = Database['prisma']

/** Waits for whoever else changes the same of a profile, so that a count that is looked at still holds when it is acted on. */
export const oneAtATime = async (tx: Transaction, what: string): Promise<void> => {
  await tx.$executeRaw`select pg_advisory_xact_lock(hashtextextended(${what}, 0))`
}

/** Lists in the `history` schema. */
export const postgresMyList = (prisma: Prisma, clock: () => Date): MyListStore => ({
  add: (profileId, titleId) =>
    prisma.$transaction(async (tx) => {
      await oneAtATime(tx, `list ${profileId}`)
      const before = await tx.listEntry.findUnique({ where: { profileId_titleId: { profileId, titleId } } })
      if (before !== null) return true
      const { _count, _max } = await tx.listEntry.aggregate({ where: { profileId }, _count: true, _max: { addedAt: true } })
      if (_count >= listMax) return false
      // NOTE: also when the clock was set back, what is added last stands first.
      const addedAt = new Date(Math.max(clock().getTime(), (_max.addedAt?.getTime() ?? 0) + 1))
      await tx.listEntry.create({ data: { profileId, titleId, addedAt } })
      return true
    }),
  remove: async (profileId, titleId) => {
    await prisma.listEntry.deleteMany({ where: { profileId, titleId } })
  },
  page: (profileId, after, limit) =>
    prisma.listEntry.findMany({
      where: { profileId, ...(after === null ? {} : behind(after)) },
      orderBy: [{ addedAt: 'desc' }, { titleId: 'desc' }],
      select: { titleId: true, addedAt: true },
      take: limit,
    }),
  among: async (profileId, titleIds) => {
    const found = await prisma.listEntry.findMany({ where: { profileId, titleId: { in: [...titleIds] } }, select: { titleId: true } })
    return found.map(({ titleId }) => titleId)
  },
  forget: async (profileIds) => {
    await prisma.listEntry.deleteMany({ where: { profileId: { in: [...profileIds] } } })
  },
})

const behind = ({ addedAt, titleId }: Listed) => ({ OR: [{ addedAt: { lt: addedAt } }, { addedAt, titleId: { lt: titleId } }] })
