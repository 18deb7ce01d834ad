import { objectKey } from '#platform/contracts/object-key.ts'
import { heartbeats } from '#platform/contracts/topics/playback.heartbeats.ts'
import { removedProfiles } from '#platform/contracts/topics/profile.removed.ts'
import { messageOf } from '#platform/errors/errors.ts'
import type { Log } from '#platform/observe/log.ts'
import { secondsHistogram } from '#platform/observe/metrics.ts'
import type { EventLog } from '#platform/ports/event-log.ts'
import type { ObjectStore } from '#platform/ports/object-store.ts'
import { archive, forget, hourOf } from './archive.ts'
import { HourRollUp } from './roll-up.ts'

export type TelemetryDeps = {
  readonly events: EventLog
  readonly objects: ObjectStore
  readonly clock: () => Date
  readonly log: Log
  readonly rollUpEveryMs?: number
}

const startup = secondsHistogram('playback_startup_seconds', 'From the press of play to the first frame, as players report it', ['device'])

/** Archives every heartbeat, and keeps each hour's quality figures in `quality/<day>/<hour>.json`, made from the archive. */
export const createTelemetry = async ({ events, objects, clock, log, rollUpEveryMs = 5_000 }: TelemetryDeps): Promise<AsyncDisposable> => {
  const touched = new Set<string>()
  await events.consume({
    topic: heartbeats,
    group: 'telemetry',
    batchMax: 2_000,
    lingerMs: 1_000,
    handle: async (batch) => {
      const now = clock()
      await archive(objects, batch, now)
      touched.add(hourOf(now))
      for (const { data } of batch) if (data.startupMs !== undefined) startup.observe({ device: data.device }, data.startupMs / 1000)
    },
  })
  await events.consume({
    topic: removedProfiles,
    group: 'telemetry',
    lingerMs: 1_000,
    handle: (batch) => forget(objects, new Set(batch.map(({ data }) => data.profileId))),
  })
  const hours = new Map<string, HourRollUp>()
  const rollUp = async (): Promise<void> => {
    for (const hour of touched) {
      touched.delete(hour)
      const found = hours.get(hour) ?? new HourRollUp(hour)
      hours.set(hour, found)
      try {
        const figures = Buffer.from(JSON.stringify(await found.bringUp(objects)))
        await objects.put(objectKey(`quality/${hour}.json`), figures, { type: 'application/json' })
      } catch (error) {
        touched.add(hour)
        throw error
      }
    }
    for (const hour of [...hours.keys()].slice(0, -2)) hours.delete(hour)
  }
  const timer = setInterval(
    () => rollUp().catch((error: unknown) => log.warn({ reason: messageOf(error) }, 'quality figures wait')),
    rollUpEveryMs,
  )
  return {
    [Symbol.asyncDispose]: async () => {
      clearInterval(timer)
      await rollUp()
    },
  }
}
