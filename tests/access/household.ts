import { createHash, randomUUID } from 'node:crypto'
import { hashPassword } from '#platform/identity/password.ts'
import type { Database } from '#platform/postgres/database.ts'

export const password = 'correct horse battery'
const passwordHash = await hashPassword(password)
const sha256 = (text: string): string => createHash('sha256').update(text).digest('hex')

/** An account with two profiles and one for children, each with a session of its own, and with a past. */
export type Household = {
  readonly accountId: string
  readonly email: string
  readonly first: Seat
  readonly second: Seat
  readonly kids: Seat
  readonly uploadId: string
}
/** A profile, and the session that is seen through it. */
export type Seat = { readonly profileId: string; readonly sessionId: string; readonly refreshToken: string; readonly maturityLimit: number }

const seat = (maturityLimit: number): Seat => ({
  profileId: randomUUID(),
  sessionId: randomUUID(),
  refreshToken: `${randomUUID()}.${randomUUID()}`,
  maturityLimit,
})

/** Saves a household nobody else has to do with. */
export const makeHousehold = async ({ prisma }: Pick<Database, 'prisma'>): Promise<Household> => {
  const accountId = randomUUID()
  const [first, second, kids] = [seat(18), seat(18), seat(6)]
  const seats = [first, second, kids]
  const email = `${accountId}@example.org`
  const profiles = seats.map(({ profileId, maturityLimit }, at) => ({
    id: profileId,
    name: `P${at}`,
    avatar: 'ember',
    maturityLimit,
    kids: maturityLimit < 13,
    createdAt: new Date(at),
  }))
  await prisma.account.create({ data: { id: accountId, email, passwordHash, profiles: { create: profiles } } })
  const [now, later] = [new Date(), new Date(Date.now() + 30 * 86_400_000)]
  const period = { startedAt: now, anchorAt: now, periodStart: now, periodEnd: later }
  await prisma.subscription.create({ data: { accountId, planId: 'standard', state: 'active', ...period, dueAt: later } })
  await prisma.session.createMany({ data: seats.map((each) => sessionOf(accountId, each)) })
  await prisma.resumePoint.createMany({ data: seats.map(({ profileId }) => pointOf(profileId)) })
  await prisma.viewing.createMany({ data: seats.map(({ profileId }) => viewingOf(profileId)) })
  await prisma.listEntry.createMany({ data: seats.map(({ profileId }) => ({ profileId, titleId: 't-0001', addedAt: new Date() })) })
  await prisma.thumb.createMany({ data: seats.map(({ profileId }) => ({ profileId, titleId: 't-0001', thumb: 'UP', at: new Date() })) })
  await prisma.playbackSession.createMany({ data: seats.map(({ profileId }) => grantOf(profileId)) })
  const upload = { id: randomUUID(), titleId: 't-0001', objectKey: `sources/${accountId}`, parts: 1, bytes: 10, sha256: 'a'.repeat(64) }
  await prisma.upload.create({ data: upload })
  return { accountId, email, first, second, kids, uploadId: upload.id }
}

const sessionOf = (accountId: string, { profileId, sessionId, refreshToken }: Seat) => ({
  id: sessionId,
  accountId,
  profileId,
  familyHash: sha256(refreshToken.split('.')[0] ?? ''),
  refreshHash: sha256(refreshToken),
  expiresAt: new Date(Date.now() + 3_600_000),
})

const titleId = 't-0001'
const pointOf = (profileId: string) => ({ profileId, titleId, positionMs: 60_000, durationMs: 600_000, at: new Date(), deviceId: 'd' })
const viewingOf = (profileId: string) => ({
  profileId,
  sessionId: randomUUID(),
  titleId,
  startedAt: new Date(),
  lastAt: new Date(),
  positionMs: 60_000,
  durationMs: 600_000,
})
const grantOf = (profileId: string) => ({
  id: randomUUID(),
  profileId,
  titleId,
  deviceId: 'd',
  region: 'US',
  expiresAt: new Date(Date.now() + 3_600_000),
})
