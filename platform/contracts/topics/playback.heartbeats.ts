import { z } from 'zod'
import { Id, Instant } from '../fields.ts'
import { defineTopic } from '../topic.ts'

/** One report of a player. `positionMs` is where the member is in the title, `at` the device's clock (see `believedAt`). */
export const Heartbeat = z.object({
  profileId: Id,
  titleId: Id,
  sessionId: Id,
  deviceId: Id,
  device: z.enum(['tv', 'mobile', 'web']),
  state: z.enum(['starting', 'playing', 'paused', 'ended']),
  positionMs: z.number().int().min(0).max(86_400_000),
  durationMs: z.number().int().min(1).max(86_400_000),
  at: Instant,
  /** Quality since the last report. */
  startupMs: z.number().int().min(0).max(600_000).optional(),
  rebufferMs: z.number().int().min(0).max(600_000).optional(),
  bitrateKbps: z.number().int().min(0).max(1_000_000).optional(),
})
export type Heartbeat = Readonly<z.infer<typeof Heartbeat>>

/** How far ahead a device's clock may be; beyond it, its reports count as made now, so that it cannot win forever. */
const skewMaxMs = 60_000

/** How long a player may keep reports while it is offline; older ones count as made so long ago, and win over nothing newer. */
const offlineMaxMs = 30 * 86_400_000

/** When a heartbeat was made, as far as its device can be believed: not after now, and at most 30 days ago. */
export const believedAt = ({ at }: Pick<Heartbeat, 'at'>, now: Date): Date => {
  const claimedMs = Date.parse(at)
  return claimedMs > now.getTime() + skewMaxMs ? now : new Date(Math.max(now.getTime() - offlineMaxMs, claimedMs))
}

export const heartbeats = defineTopic({
  name: 'playback.heartbeats',
  version: 1,
  schema: Heartbeat,
  key: ({ profileId }) => profileId,
  groups: { history: 'earliest', telemetry: 'earliest', signals: 'earliest' },
  live: false,
})
