import { randomUUID } from 'node:crypto'
import { footage as footageJobs } from '#platform/contracts/jobs/catalog.footage.ts'
import { objectKey } from '#platform/contracts/object-key.ts'
import { titles as titlesTopic } from '#platform/contracts/topics/catalog.titles.ts'
import { hashPassword } from '#platform/identity/password.ts'
import type { Log } from '#platform/observe/log.ts'
import { newTrace, withTrace } from '#platform/observe/tracing.ts'
import type { ObjectStore } from '#platform/ports/object-store.ts'
import type { Database } from '#platform/postgres/database.ts'
import { outboxEvent, outboxJob } from '#platform/postgres/outbox.ts'
import { drawArt, variants } from './art.ts'
import { demoMember, operatorEmail, seedMembers, seedPlans, seedViewings } from './members.ts'
import { integerBetween, oneOf, seededRandom } from './random.ts'
import { type SeedTitle, seedTitles } from './titles.ts'
import { familyNames, givenNames } from './words.ts'

export type SeedDeps = {
  readonly database: Database
  readonly objects: ObjectStore
  /** Asked for when there is something to fill. */
  readonly operatorPassword: () => Promise<string>
  /** Whether footage is to be made for a handful of titles. */
  readonly footage: boolean
  readonly clock: () => Date
  readonly log: Log
}
type Transaction = Parameters<Parameters<Database['prisma']['$transaction']>[0]>[0]

const footageSeconds = 48
const everywhere = new Date(Date.UTC(2020, 0, 1))

/** NOTE: Prisma's default of 5 s is not enough on a machine that is busy. */
const transactionMs = 120_000

/** Fills an empty database with the demo catalogue and members; leaves a filled one alone. All of it or nothing. */
export const seedDemo = async ({ database: { prisma }, objects, operatorPassword, footage, clock, log }: SeedDeps): Promise<void> => {
  if ((await prisma.account.count()) > 0) return
  const started = Date.now()
  const titles = seedTitles()
  const shown = titles.filter((title) => title.kind !== 'EPISODE')
  for (const title of shown)
    await Promise.all(
      variants.map((variant) =>
        objects.put(objectKey(`art/${title.id}/${variant}.svg`), Buffer.from(drawArt(title, variant)), { type: 'image/svg+xml' }),
      ),
    )
  const hashes = { member: await hashPassword(demoMember.password), operator: await hashPassword(await operatorPassword()) }
  // NOTE: one trace for all of it, so that its events belong together.
  await withTrace(newTrace(), () =>
    prisma.$transaction(
      async (tx) => {
        // NOTE: of two processes that start at the same time on an empty database one fills it.
        await tx.$queryRaw`select pg_advisory_xact_lock(hashtext('cinegraph demo'))::text`
        if ((await tx.account.count()) > 0) return
        await seedCatalog(tx, titles, footage)
        await seedAccounts(tx, hashes, clock())
        await seedHistory(tx, titles, clock())
      },
      { timeout: transactionMs },
    ),
  )
  log.info({ titles: shown.length, episodes: titles.length - shown.length, ms: Date.now() - started }, 'demo catalogue made')
}

/** Titles that get footage: the most wanted films for everyone, and the beginning of a series. */
export const playableTitles = (titles: readonly SeedTitle[]): readonly SeedTitle[] => {
  const films = titles.filter((title) => title.kind === 'FILM' && title.maturity <= 12).toSorted((a, b) => b.popularity - a.popularity)
  return [...films.slice(0, 4), ...titles.filter((title) => title.kind === 'EPISODE').slice(0, 2)]
}

const availabilityOf = (title: SeedTitle, at: number) => {
  const row = (region: string, startsAt = everywhere, endsAt: Date | null = null) => ({ titleId: title.id, region, startsAt, endsAt })
  if (title.kind === 'EPISODE') return [row('*')]
  if (at % 17 === 5) return [row('US'), row('CA'), row('GB')]
  if (at % 19 === 7) return [row('*'), row('DE', everywhere, new Date(Date.UTC(2024, 0, 1)))]
  if (at % 41 === 11) return [row('*', new Date(Date.UTC(2031, 0, 1)))]
  return [row('*')]
}

const seedCatalog = async (tx: Transaction, titles: readonly SeedTitle[], footage: boolean): Promise<void> => {
  await tx.title.createMany({ data: titles.map((title) => ({ ...title })) })
  const playable = footage ? playableTitles(titles) : []
  const hasFootage = new Set(playable.map((title) => title.id))
  await tx.availability.createMany({
    data: titles.flatMap((title, at) =>
      hasFootage.has(title.id) ? [{ titleId: title.id, region: '*', startsAt: everywhere }] : availabilityOf(title, at),
    ),
  })
  await tx.media.createMany({ data: titles.map(({ id }) => ({ titleId: id, state: hasFootage.has(id) ? 'PREPARING' : 'NONE' })) })
  const credits = await seedPeople(tx, titles)
  const changed = titles.map((title) => {
    const { id: titleId, kind, genres, year, maturity, popularity } = title
    return outboxEvent(titlesTopic, {
      titleId,
      kind,
      genres,
      year,
      maturity,
      popularity,
      people: [...(credits.get(titleId) ?? [])],
      playable: false,
    })
  })
  const wanted = playable.map(({ id: titleId }, look) =>
    outboxJob(footageJobs, { uploadId: randomUUID(), titleId, look, seconds: footageSeconds }),
  )
  await tx.catalogOutbox.createMany({ data: [...changed, ...wanted] })
}

/** Gives the names of each title's people. */
const seedPeople = async (tx: Transaction, titles: readonly SeedTitle[]): Promise<ReadonlyMap<string, readonly string[]>> => {
  const random = seededRandom(4242)
  const people = Array.from({ length: 120 }, (_, at) => ({
    id: `n-${String(at + 1).padStart(3, '0')}`,
    name: `${givenNames[at % givenNames.length]} ${familyNames[(at * 7 + Math.floor(at / 20)) % familyNames.length]}`,
  }))
  const cast = titles
    .filter((title) => title.kind !== 'EPISODE')
    .flatMap((title) =>
      ['Director', 'Lead', 'Lead'].map((role, position) => ({ titleId: title.id, role, position, person: oneOf(random, people) })),
    )
  await tx.person.createMany({ data: people })
  await tx.credit.createMany({ data: cast.map(({ person, ...credit }) => ({ ...credit, personId: person.id })), skipDuplicates: true })
  return new Map(
    Map.groupBy(cast, (credit) => credit.titleId)
      .entries()
      .map(([id, rows]) => [id, rows.map(({ person }) => person.name)]),
  )
}

const seedAccounts = async (tx: Transaction, hashes: { readonly member: string; readonly operator: string }, now: Date): Promise<void> => {
  await tx.plan.createMany({ data: seedPlans })
  await tx.account.createMany({ data: seedMembers.map(({ id, email }) => ({ id, email, passwordHash: hashes.member })) })
  // NOTE: profiles are ordered by when they were made; the first is the one that signing in chooses.
  await tx.profile.createMany({
    data: seedMembers.flatMap(({ id, profiles }) =>
      profiles.map((profile, at) => ({ ...profile, accountId: id, createdAt: new Date(now.getTime() + at) })),
    ),
  })
  const inThirtyDays = new Date(now.getTime() + 30 * 86_400_000)
  const period = { startedAt: now, anchorAt: now, periodStart: now, periodEnd: inThirtyDays }
  await tx.subscription.createMany({
    data: seedMembers.flatMap(({ id: accountId, planId, active }) =>
      planId === null ? [] : [{ ...period, accountId, planId, state: active ? 'active' : 'ended', dueAt: active ? inThirtyDays : null }],
    ),
  })
  await tx.account.create({
    data: {
      id: 'a-operator',
      email: operatorEmail,
      operator: true,
      passwordHash: hashes.operator,
      profiles: { create: { id: 'p-operator', name: 'Operator', avatar: 'dusk' } },
    },
  })
}

const seedHistory = async (tx: Transaction, titles: readonly SeedTitle[], now: Date): Promise<void> => {
  const random = seededRandom(99)
  const minutesOf = new Map(titles.map((title) => [title.id, title.runtimeMinutes]))
  const rows = seedViewings(titles).map(({ profileId, titleId, share, daysAgo }) => {
    const durationMs = (minutesOf.get(titleId) ?? 90) * 60_000
    const at = new Date(now.getTime() - daysAgo * 86_400_000 - integerBetween(random, 0, 3_600_000))
    return { profileId, titleId, share, at, durationMs, positionMs: Math.round(durationMs * share) }
  })
  await tx.resumePoint.createMany({ data: rows.map(({ share: _, ...row }) => ({ ...row, deviceId: 'seed' })) })
  await tx.viewing.createMany({
    data: rows.map(({ share: _, at, ...row }) => ({
      ...row,
      sessionId: `seed-${row.titleId}`,
      startedAt: new Date(at.getTime() - row.positionMs),
      lastAt: at,
    })),
  })
  await tx.signal.createMany({ data: rows.map(({ profileId, titleId, share, at }) => ({ profileId, titleId, share, at })) })
}
