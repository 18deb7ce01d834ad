import { thumbs } from '#platform/contracts/topics/history.thumbs.ts'
import type { Database } from '#platform/postgres/database.ts'
import { outboxEvent } from '#platform/postgres/outbox.ts'
import { oneAtATime } from './my-list.postgres.ts'
import { type ThumbStore, thumbsMax } from './thumbs.ts'

/** Thumbs in the `history` schema. A thumb and the event about it are saved together. */
export const postgresThumbs = (prisma: Database['prisma'], clock: () => Date): ThumbStore => ({
  set: (profileId, titleId, thumb) =>
    prisma.$transaction(async (tx) => {
      await oneAtATime(tx, `thumbs ${profileId}`)
      const key = { profileId_titleId: { profileId, titleId } }
      const before = await tx.thumb.findUnique({ where: key })
      if ((before?.thumb ?? null) === thumb) return true
      const at = clock()
      if (thumb === null) await tx.thumb.delete({ where: key })
      else if (before === null && (await tx.thumb.count({ where: { profileId } })) >= thumbsMax) return false
      else await tx.thumb.upsert({ where: key, create: { profileId, titleId, thumb, at }, update: { thumb, at } })
      await tx.historyOutbox.create({ data: outboxEvent(thumbs, { profileId, titleId, thumb, at: at.toISOString() }) })
      return true
    }),
  among: (profileId, titleIds) =>
    prisma.thumb.findMany({ where: { profileId, titleId: { in: [...titleIds] } }, select: { titleId: true, thumb: true } }),
  rated: async (profileId, thumb, limit) => {
    const found = await prisma.thumb.findMany({
      where: { profileId, thumb },
      orderBy: [{ at: 'desc' }, { titleId: 'asc' }],
      select: { titleId: true },
      take: limit,
    })
    return found.map(({ titleId }) => titleId)
  },
  forget: async (profileIds) => {
    await prisma.thumb.deleteMany({ where: { profileId: { in: [...profileIds] } } })
  },
})
