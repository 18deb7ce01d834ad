import type { Database } from '#platform/postgres/database.ts'
import type { GrantStore } from './store.ts'

/** Grants in the `playback` schema. */
export const postgresGrants = (prisma: Database['prisma']): GrantStore => ({
  save: async (grant) => void (await prisma.playbackSession.create({ data: grant })),
  recent: (profileId, limit) => prisma.playbackSession.findMany({ where: { profileId }, orderBy: { createdAt: 'desc' }, take: limit }),
  remove: async (profileIds) => void (await prisma.playbackSession.deleteMany({ where: { profileId: { in: [...profileIds] } } })),
  ofSessions: (ids) => prisma.playbackSession.findMany({ where: { id: { in: [...ids] } } }),
  stop: async (ids, at) =>
    void (await prisma.playbackSession.updateMany({ where: { id: { in: [...ids] }, stoppedAt: null }, data: { stoppedAt: at } })),
})
