import { z } from 'zod'

const id = z.string().min(1).max(64)
const at = z.iso.datetime()

/** One report of a player. `positionMs` is where the member is in the title, `at` the device's clock. */
export const Heartbeat = z.object({
  profileId: id,
  titleId: id,
  sessionId: id,
  deviceId: id,
  device: z.enum(['tv', 'mobile', 'web']),
  state: z.enum(['starting', 'playing', 'paused', 'ended']),
  positionMs: z.number().int().min(0).max(86_400_000),
  durationMs: z.number().int().min(1).max(86_400_000),
  at,
  /** Quality since the last report. */
  startupMs: z.number().int().min(0).max(600_000).optional(),
  rebufferMs: z.number().int().min(0).max(600_000).optional(),
  bitrateKbps: z.number().int().min(0).max(1_000_000).optional(),
})
export type Heartbeat = Readonly<z.infer<typeof Heartbeat>>

/** What others may know of a title: enough to rank and to index it. */
export const TitleChanged = z.object({
  titleId: id,
  kind: z.enum(['FILM', 'SERIES', 'EPISODE']),
  genres: z.array(z.string()),
  year: z.number().int(),
  maturity: z.number().int(),
  people: z.array(z.string()),
  /** Relative demand before anyone has watched, 0 to 1. */
  popularity: z.number().min(0).max(1),
  playable: z.boolean(),
})
export type TitleChanged = Readonly<z.infer<typeof TitleChanged>>

/** A film has arrived and waits to be made into a stream. */
export const SourceArrived = z.object({ uploadId: id, titleId: id, objectKey: z.string(), sha256: z.string().optional() })
/** Footage is to be made for a demo title, in one of the looks that workers/transcode knows. */
export const FootageWanted = z.object({
  uploadId: id,
  titleId: id,
  look: z.number().int().min(0),
  seconds: z.number().int().min(1).max(600),
})
export const IngestProgress = z.object({ uploadId: id, titleId: id, step: z.string(), percent: z.number().min(0).max(100) })
export const Rendition = z.object({
  name: z.string(),
  width: z.number().int(),
  height: z.number().int(),
  bitrateKbps: z.number(),
  codecs: z.string(),
})
export const TitlePackaged = z.object({
  uploadId: id,
  titleId: id,
  /** Folder of the published stream in the object store; never changes once published. */
  prefix: z.string(),
  durationMs: z.number().int().positive(),
  renditions: z.array(Rendition),
})
export const IngestFailed = z.object({ uploadId: id, titleId: id, code: z.string(), message: z.string() })
export const SubscriptionStarted = z.object({ accountId: id, email: z.email(), planName: z.string(), startedAt: at })
/** How far one profile got in one title; told when it starts, passes the half and ends. */
export const WatchSignal = z.object({ profileId: id, titleId: id, share: z.number().min(0).max(1), at })
export type WatchSignal = Readonly<z.infer<typeof WatchSignal>>

/** A profile has got on in a title; told when the new resume point is saved. */
export const ResumePointMoved = z.object({ profileId: id, titleId: id })
/** An upload has got on; told when that is saved. */
export const UploadMoved = z.object({ uploadId: id })

/** Every topic with the shape of what travels on it. */
export const topics = {
  'playback.heartbeats': Heartbeat,
  'catalog.titles': TitleChanged,
  'catalog.sources': SourceArrived,
  'catalog.footage': FootageWanted,
  'ingest.progress': IngestProgress,
  'ingest.packaged': TitlePackaged,
  'ingest.failed': IngestFailed,
  'profile.subscriptions': SubscriptionStarted,
  'recs.signals': WatchSignal,
  'history.resumePoints': ResumePointMoved,
  'catalog.uploads': UploadMoved,
} as const
export type Topic = keyof typeof topics
export type EventOf<T extends Topic> = Readonly<z.infer<(typeof topics)[T]>>

/** Who reads a topic. Each group gets every event once or more; an event reaches one member of the group at a time. */
export const consumers = {
  'playback.heartbeats': ['history', 'telemetry', 'signals'],
  'catalog.titles': ['recs'],
  'catalog.sources': ['transcode'],
  'catalog.footage': ['transcode'],
  'ingest.progress': ['catalog'],
  'ingest.packaged': ['catalog'],
  'ingest.failed': ['catalog'],
  'profile.subscriptions': ['notify'],
  'recs.signals': ['recs'],
  'history.resumePoints': [],
  'catalog.uploads': [],
} as const satisfies Record<Topic, readonly string[]>

/** Topics that can be followed live: members' subscriptions come from them. Who is away misses what is told meanwhile. */
export const tailed = ['history.resumePoints', 'catalog.uploads'] as const satisfies readonly Topic[]
export type TailedTopic = (typeof tailed)[number]
export type GroupOf<T extends Topic> = (typeof consumers)[T][number]
