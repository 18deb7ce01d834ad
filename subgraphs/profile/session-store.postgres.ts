import { endedSessions } from '#platform/contracts/topics/profile.endedSessions.ts'
import type { Database, Transaction } from '#platform/postgres/database.ts'
import { outboxEvent } from '#platform/postgres/outbox.ts'
import { recordId } from './oauth/record-id.ts'
import type { Ending, NextToken, RefreshHashes, Renewal, Session, SessionStore } from './store.ts'

type Prisma = Database['prisma']
type Row = NonNullable<Awaited<ReturnType<Prisma['session']['findUnique']>>>

const sessionOf = ({ device, ...row }: Row): Session => ({
  ...row,
  device: device === 'TV' || device === 'MOBILE' || device === 'WEB' ? device : null,
})

/** Sessions in the `profile` schema. */
export const postgresSessions = (prisma: Prisma): SessionStore => ({
  open: async (session, { family, token }) =>
    void (await prisma.session.create({ data: { ...session, familyHash: family, refreshHash: token } })),
  ofAccount: async (accountId, now) =>
    (await prisma.session.findMany({ where: { accountId, expiresAt: { gt: now } }, orderBy: { renewedAt: 'desc' } })).map(sessionOf),
  byFamily: async (familyHash) => {
    const row = await prisma.session.findUnique({ where: { familyHash } })
    return row === null ? null : sessionOf(row)
  },
  byId: async (id) => {
    const row = await prisma.session.findUnique({ where: { id } })
    return row === null ? null : sessionOf(row)
  },
  seen: async (id, renewedAt, expiresAt) => void (await prisma.session.updateMany({ where: { id }, data: { renewedAt, expiresAt } })),
  renew: (hashes, next, graceFrom) => renew(prisma, hashes, { next, graceFrom }),
  switch: async ({ id, accountId, profileId, expiresAt }, { family, token }) => {
    const [row] = await prisma.session.updateManyAndReturn({
      where: { id, accountId },
      data: { profileId, expiresAt, familyHash: family, refreshHash: token, previousHash: null, salt: '' },
    })
    return row === undefined ? null : sessionOf(row)
  },
  end: (ending, tokensUntil) => prisma.$transaction((tx) => endIn(tx, ending, tokensUntil)),
})

const renew = async (
  prisma: Prisma,
  { family, token }: RefreshHashes,
  { next: { hash, salt, now, expiresAt }, graceFrom }: { readonly next: NextToken; readonly graceFrom: Date },
): Promise<Renewal> => {
  // NOTE: one statement, so that of those who show the same token at the same time one makes its successor.
  const [renewed] = await prisma.session.updateManyAndReturn({
    where: { familyHash: family, refreshHash: token, expiresAt: { gt: now } },
    data: { refreshHash: hash, previousHash: token, salt, renewedAt: now, expiresAt },
  })
  if (renewed !== undefined) return { state: 'renewed', session: sessionOf(renewed) }
  const found = await prisma.session.findUnique({ where: { familyHash: family } })
  if (found === null || found.expiresAt <= now) return { state: 'unknown' }
  const session = sessionOf(found)
  if (found.previousHash !== token || found.renewedAt < graceFrom) return { state: 'reused', session }
  return { state: 'again', session, salt: found.salt, hash: found.refreshHash }
}

const idsOf = (tx: Transaction, ending: Ending): Promise<{ id: string }[]> => {
  const { accountId } = ending
  if ('id' in ending) return tx.$queryRaw`delete from profile.session where account_id = ${accountId} and id = ${ending.id} returning id`
  if ('profileId' in ending)
    return tx.$queryRaw`delete from profile.session where account_id = ${accountId} and profile_id = ${ending.profileId} returning id`
  return tx.$queryRaw`delete from profile.session where account_id = ${accountId} and id <> ${ending.except} returning id`
}

/** Ends sessions in a transaction of somebody else's. */
export const endIn = async (tx: Transaction, ending: Ending, tokensUntil: Date): Promise<number> => {
  const ended = await idsOf(tx, ending)
  if ('except' in ending) await endOauthIn(tx, ending)
  const data = ended.map(({ id }) => outboxEvent(endedSessions, { sessionId: id, tokensUntil: tokensUntil.toISOString() }))
  if (data.length > 0) await tx.profileOutbox.createMany({ data })
  return ended.length
}

/**
 * What lets somebody in who signed in by OAuth and has no session of ours yet: codes that were not used, and the browser that the
 * provider knows again.
 */
const endOauthIn = async (tx: Transaction, { accountId, except }: { readonly accountId: string; readonly except: string }) =>
  tx.oauthRecord.deleteMany({
    where: { accountId, NOT: [{ kind: 'Grant', id: recordId('Grant', except) }], OR: [{ grantId: null }, { grantId: { not: except } }] },
  })
