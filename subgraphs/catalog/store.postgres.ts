import { z } from 'zod'
import { cancelled } from '#platform/contracts/jobs/catalog.cancelled.ts'
import { sources } from '#platform/contracts/jobs/catalog.sources.ts'
import type { EventOf } from '#platform/contracts/topic.ts'
import { titles } from '#platform/contracts/topics/catalog.titles.ts'
import { uploads as uploadTopic } from '#platform/contracts/topics/catalog.uploads.ts'
import type { packaged } from '#platform/contracts/topics/ingest.packaged.ts'
import type { Database, Transaction } from '#platform/postgres/database.ts'
import { outboxEvent, outboxJob } from '#platform/postgres/outbox.ts'
import { decodeCursor } from './cursor.ts'
import type { Audience, Availability, NewTitle, Title, TitleKind, TitleStore, Upload, UploadStore } from './store.ts'
import { titleChanged } from './title-changed.ts'

type Prisma = Database['prisma']

const Translations = z.record(z.string(), z.string())
const Heights = z.array(z.object({ height: z.number() }))
const related = { media: true, availability: true } as const

type Row = {
  readonly id: string
  readonly kind: TitleKind
  readonly translations: unknown
  readonly availability: readonly Availability[]
  readonly media: {
    readonly state: Title['media']['state']
    readonly percent: number
    readonly prefix: string | null
    readonly durationMs: number | null
    readonly renditions: unknown
  } | null
} & Omit<Title, 'translations' | 'media' | 'availability'>

const toTitle = (row: Row): Title => ({
  ...row,
  translations: Translations.parse(row.translations),
  media: {
    state: row.media?.state ?? 'NONE',
    prefix: row.media?.prefix ?? null,
    durationMs: row.media?.durationMs ?? null,
    heights: Heights.parse(row.media?.renditions ?? []).map(({ height }) => height),
    percent: row.media?.state === 'PREPARING' ? row.media.percent : null,
  },
})

const beyond = (after: string | undefined) => {
  if (after === undefined) return {}
  const { popularity, id } = decodeCursor(after)
  return { OR: [{ popularity: { lt: popularity } }, { popularity, id: { gt: id } }] }
}

/** What `isAvailable` says of a title, and its age, as a condition. */
const offeredTo = ({ region, maturityLimit, at }: Audience) => {
  const open = { startsAt: { lte: at }, OR: [{ endsAt: null }, { endsAt: { gt: at } }] }
  const here = { availability: { some: { region, ...open } } }
  const everywhere = { availability: { some: { region: '*', ...open }, none: { region } } }
  return { maturity: { lte: maturityLimit }, OR: [here, everywhere] }
}

/** A title whose film could not be made is in no list; only its operator knows of it. */
const listed = { NOT: { media: { is: { state: 'FAILED' as const } } } }
const topKinds = { in: ['FILM' as const, 'SERIES' as const] }

/** Titles in the `catalog` schema. */
export const postgresTitles = (prisma: Prisma): TitleStore => ({
  titles: async (ids) => (await prisma.title.findMany({ where: { id: { in: [...ids] } }, include: related })).map(toTitle),
  browse: async ({ genre, kind, first, after }, audience) => {
    const where = {
      AND: [offeredTo(audience), listed],
      kind: kind ?? topKinds,
      ...(genre === undefined ? {} : { genres: { has: genre } }),
      ...beyond(after),
    }
    return (
      await prisma.title.findMany({ where, include: related, orderBy: [{ popularity: 'desc' }, { id: 'asc' }], take: first + 1 })
    ).map(toTitle)
  },
  genres: async ({ region, maturityLimit, at }) => {
    const found = await prisma.$queryRaw<readonly { readonly genre: string }[]>`
      select distinct genre from catalog.title t, unnest(t.genres) as genre
      where t.kind <> 'EPISODE' and t.maturity <= ${maturityLimit}
      and not exists (select 1 from catalog.media m where m.title_id = t.id and m.state = 'FAILED') and exists (
        select 1 from catalog.availability a
        where a.title_id = t.id and a.starts_at <= ${at} and (a.ends_at is null or a.ends_at > ${at}) and (a.region = ${region}
          or (a.region = '*' and not exists (select 1 from catalog.availability o where o.title_id = t.id and o.region = ${region}))))
      order by genre`
    return found.map(({ genre }) => genre)
  },
  episodesOf: async (seriesIds) =>
    (
      await prisma.title.findMany({
        where: { seriesId: { in: [...seriesIds] } },
        include: related,
        orderBy: [{ season: 'asc' }, { episode: 'asc' }],
      })
    ).map(toTitle),
  creditsOf: (titleIds) =>
    prisma.credit.findMany({ where: { titleId: { in: [...titleIds] } }, include: { person: true }, orderBy: { position: 'asc' } }),
  withPrefix: async (text, limit) => {
    const where = { ...listed, kind: topKinds, name: { startsWith: text, mode: 'insensitive' as const } }
    return (await prisma.title.findMany({ where, include: related, orderBy: { popularity: 'desc' }, take: limit })).map(toTitle)
  },
  forIndex: async (ids) => {
    const where = { ...listed, kind: topKinds, ...(ids === undefined ? {} : { id: { in: [...ids] } }) }
    const rows = await prisma.title.findMany({ where, include: { ...related, credits: { include: { person: true } } } })
    return rows.map((row) => ({ ...toTitle(row), people: row.credits.map((credit) => credit.person.name) }))
  },
})

const ended = ['published', 'failed']

const toUpload = (row: Omit<Upload, 'bytes'> & { readonly bytes: bigint }): Upload => ({ ...row, bytes: Number(row.bytes) })

/** Uploads, and the titles they bring, in the `catalog` schema. */
export const postgresUploads = (prisma: Prisma): UploadStore => ({
  start: (upload, title) => prisma.$transaction((tx) => startIn(tx, upload, title)),
  upload: async (id) => {
    const row = await prisma.upload.findUnique({ where: { id } })
    return row === null ? null : toUpload(row)
  },
  finish: async (id, job) =>
    prisma.$transaction(async (tx) => {
      const { count } = await tx.upload.updateMany({
        where: { id, step: { in: ['uploading', 'failed'] } },
        data: { step: 'queued', percent: 0, error: null },
      })
      const upload = await tx.upload.findUniqueOrThrow({ where: { id } })
      if (count === 1) {
        await offerEverywhere(tx, upload.titleId)
        await tx.media.update({ where: { titleId: upload.titleId }, data: { state: 'PREPARING', percent: 0 } })
        await tx.catalogOutbox.create({ data: outboxJob(sources, job) })
      }
      return toUpload(upload)
    }),
  cancel: (job, reason) =>
    prisma.$transaction(async (tx) => {
      const { uploadId: id, titleId } = job
      const { count } = await tx.upload.updateMany({ where: { id, step: { notIn: ended } }, data: { step: 'failed', error: reason } })
      if (count === 1) {
        await tx.media.updateMany({ where: { titleId, prefix: null }, data: { state: 'FAILED' } })
        await tx.catalogOutbox.create({ data: outboxJob(cancelled, job) })
        await tx.catalogOutbox.create({ data: outboxEvent(uploadTopic, { uploadId: id }) })
      }
      return toUpload(await tx.upload.findUniqueOrThrow({ where: { id } }))
    }),
  progress: async ({ uploadId, titleId, step, percent }) => {
    // NOTE: progress arrives out of order at times; it never goes back, and never moves a finished upload.
    await prisma.$transaction([
      prisma.upload.updateMany({
        where: { id: uploadId, step: { notIn: ended }, percent: { lte: percent } },
        data: { step, percent },
      }),
      prisma.media.updateMany({ where: { titleId, state: 'PREPARING', percent: { lte: percent } }, data: { percent } }),
    ])
  },
  publish: (stream) => prisma.$transaction((tx) => publishIn(tx, stream)),
  // NOTE: of an upload that has ended nothing more is told; one that was cancelled may fail for want of its parts.
  fail: async ({ uploadId, titleId, message }) => {
    await prisma.$transaction([
      prisma.media.updateMany({ where: { titleId, state: 'PREPARING' }, data: { state: 'FAILED' } }),
      prisma.upload.updateMany({ where: { id: uploadId, step: { notIn: ended } }, data: { step: 'failed', error: message } }),
    ])
  },
})

type NewUpload = Parameters<UploadStore['start']>[0]

const startIn = async (tx: Transaction, upload: NewUpload, title: NewTitle): Promise<void> => {
  const details = { runtimeMinutes: 0, language: 'en', popularity: 0.5, hue: 210, releasedAt: new Date() }
  await tx.title.create({
    data: { ...title, ...details, genres: [...title.genres], media: { create: { state: 'NONE' } } },
  })
  await tx.upload.create({ data: { ...upload, bytes: BigInt(upload.bytes) } })
}

/** NOTE: not before its film has arrived, or a title would be offered that nobody may ever send. */
const offerEverywhere = async (tx: Transaction, titleId: string): Promise<void> => {
  await tx.availability.createMany({ data: [{ titleId, region: '*', startsAt: new Date(0) }], skipDuplicates: true })
}

/** The one step in which a stream appears: media, upload and the event about it change together. */
const publishIn = async (
  tx: Transaction,
  { uploadId, titleId, prefix, durationMs, renditions }: EventOf<typeof packaged>,
): Promise<void> => {
  const media = { state: 'READY' as const, prefix, durationMs, renditions }
  await tx.media.upsert({ where: { titleId }, create: { titleId, ...media }, update: media })
  await tx.upload.updateMany({ where: { id: uploadId }, data: { step: 'published', percent: 100 } })
  const runtimeMinutes = Math.max(1, Math.round(durationMs / 60_000))
  await tx.title.updateMany({ where: { id: titleId, runtimeMinutes: 0 }, data: { runtimeMinutes } })
  const title = await tx.title.update({
    where: { id: titleId },
    data: { version: { increment: 1 } },
    include: { credits: { include: { person: true } } },
  })
  const people = title.credits.map((credit) => credit.person.name)
  await tx.catalogOutbox.create({ data: outboxEvent(titles, titleChanged(title, people, true)) })
}
