import { createHmac } from 'node:crypto'
import type { Adapter, AdapterPayload } from 'oidc-provider'
import { errors } from 'oidc-provider'
import { secretEqual } from '#platform/identity/secret-equal.ts'
import type { Database } from '#platform/postgres/database.ts'
import { recordId } from './record-id.ts'

type Prisma = Database['prisma']
export type RecordsDeps = {
  readonly prisma: Prisma
  readonly clock: () => Date
  /** From which the names are made that only this server gives out. */
  readonly secret: string
  /** Whether the session that a grant opened goes on; true for a grant that has opened none yet. */
  readonly isOpen: (grantId: string) => Promise<boolean>
  readonly renewed: (grantId: string, expiresAt: Date) => Promise<void>
  readonly end: (grantId: string) => Promise<void>
}

/** How often a device may ask whether its code was entered (RFC 8628, section 3.5). */
export const pollSeconds = 5
/** How long a refresh token that was used gives another, to those who asked at the same time or lost the answer. */
const graceMs = 10_000

const byHash = '#'
type Names = {
  readonly hashOf: (id: string) => string
  readonly nameOf: (hash: string) => string
  /** Whether an id is a name that this server has made. */
  readonly isName: (id: string) => boolean
}

/**
 * What was found by a user code is known by its hash alone, and goes on under a name that is made of it. NOTE: the name is signed,
 * because oidc-provider looks it up like an id that a client shows; a hash that somebody has read opens nothing.
 */
const namesOf = (kind: string, secret: string): Names => {
  const nameOf = (hash: string): string =>
    `${byHash}${hash}.${createHmac('sha256', secret).update(`cinegraph ${kind} ${hash}`).digest('hex')}`
  return {
    nameOf,
    hashOf: (id) => (id.startsWith(byHash) ? id.slice(1).replace(/\..*/, '') : recordId(kind, id)),
    isName: (id) => id.startsWith(byHash) && secretEqual(id, nameOf(id.slice(1).replace(/\..*/, ''))),
  }
}

/** What oidc-provider keeps, in the `profile` schema. NOTE: ids are what holders show; only their hashes are kept. */
export const createRecords =
  (deps: RecordsDeps) =>
  (kind: string): Adapter => {
    const { prisma, clock } = deps
    const { hashOf, nameOf, isName } = namesOf(kind, deps.secret)
    const where = (id: string) => ({ kind_id: { kind, id: hashOf(id) } })
    const load = async (id: string, row: Row | null): Promise<AdapterPayload | undefined> => {
      if (row === null || row.expiresAt <= clock()) return undefined
      if (kind === 'RefreshToken' && !(await deps.isOpen(row.grantId ?? ''))) return undefined
      return payloadOf(id, row, clock())
    }
    return {
      upsert: async (id, { jti: _, ...payload }, expiresIn) => {
        const expiresAt = new Date(clock().getTime() + (expiresIn || 86_400) * 1000)
        const { grantId = null, accountId = null, userCode = null, uid = null } = payload
        const data = { payload: payload as object, grantId, accountId, userCode, uid, expiresAt }
        await prisma.oauthRecord.upsert({ where: where(id), create: { kind, id: hashOf(id), ...data }, update: data })
        if (kind === 'RefreshToken' && grantId !== null) await deps.renewed(grantId, expiresAt)
      },
      find: async (id) => {
        const isOwn = isName(id)
        const row = id.startsWith(byHash) && !isOwn ? null : await prisma.oauthRecord.findUnique({ where: where(id) })
        // NOTE: a member who goes on with the screen is no device that asks too often.
        if (kind === 'DeviceCode' && row !== null && !isOwn) await slowDown(prisma, row, clock())
        return load(id, row)
      },
      findByUserCode: async (userCode) => {
        const row = await prisma.oauthRecord.findFirst({ where: { kind, userCode } })
        return row === null ? undefined : load(nameOf(row.id), row)
      },
      findByUid: async (uid) => {
        const row = await prisma.oauthRecord.findFirst({ where: { kind, uid } })
        return row === null ? undefined : load(nameOf(row.id), row)
      },
      consume: async (id) => {
        const now = clock()
        const { count } = await prisma.oauthRecord.updateMany({
          where: { kind, id: hashOf(id), consumedAt: null },
          data: { consumedAt: now },
        })
        // NOTE: of two who show a code at the same time one gets tokens.
        if (count === 0 && kind !== 'RefreshToken') throw new errors.InvalidGrant('it was used already')
      },
      destroy: async (id) => void (await prisma.oauthRecord.deleteMany({ where: { kind, id: hashOf(id) } })),
      revokeByGrantId: async (grantId) => {
        await prisma.oauthRecord.deleteMany({ where: { kind, grantId } })
        await deps.end(grantId)
      },
    }
  }

type Row = NonNullable<Awaited<ReturnType<Prisma['oauthRecord']['findFirst']>>>

const payloadOf = (id: string, { kind, payload, consumedAt }: Row, now: Date): AdapterPayload => {
  const isInGrace = kind === 'RefreshToken' && consumedAt !== null && now.getTime() - consumedAt.getTime() < graceMs
  const used = consumedAt === null || isInGrace ? {} : { consumed: Math.floor(consumedAt.getTime() / 1000) }
  return { ...(payload as AdapterPayload), jti: id, ...used }
}

/** Throws `slow_down` for a device that asks more often than it was told to. */
const slowDown = async (prisma: Prisma, { kind, id, polledAt, payload }: Row, now: Date): Promise<void> => {
  const isWaiting = !('accountId' in (payload as object)) && !('error' in (payload as object))
  await prisma.oauthRecord.updateMany({ where: { kind, id }, data: { polledAt: now } })
  if (isWaiting && polledAt !== null && now.getTime() - polledAt.getTime() < (pollSeconds - 1) * 1000) throw new errors.SlowDown()
}
