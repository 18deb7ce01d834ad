import { z } from 'zod'
import { Heartbeat, heartbeats } from '#platform/contracts/topics/playback.heartbeats.ts'
import { CinegraphError } from '#platform/errors/errors.ts'
import type { Http } from '#platform/http/server.ts'
import type { ReadCaller } from '#platform/identity/caller.ts'
import { counter } from '#platform/observe/metrics.ts'
import type { EventLog } from '#platform/ports/event-log.ts'

const Report = Heartbeat.omit({ profileId: true, device: true, deviceId: true })
const Reports = z.union([Report.transform((report) => [report]), z.array(Report).min(1).max(100)])
const accepted = counter('heartbeats_total', 'Heartbeats accepted', ['device'])

export type HeartbeatDeps = { readonly device: Heartbeat['device']; readonly events: EventLog; readonly readCaller: ReadCaller }

/**
 * `POST /heartbeat`: one report of a player, or up to 100 that waited while it was offline. 202 means that they are
 * durable. Whose they are is taken from the access token, never from the body.
 */
export const serveHeartbeat = (app: Http, { device, events, readCaller }: HeartbeatDeps): void => {
  app.post('/heartbeat', async (request, reply) => {
    const { viewer, deviceId } = await readCaller(request.headers)
    if (viewer === null) throw new CinegraphError('UNAUTHENTICATED')
    const parsed = Reports.safeParse(request.body)
    if (!parsed.success)
      throw new CinegraphError('INPUT_INVALID', { name: 'The heartbeat', why: z.prettifyError(parsed.error).replaceAll('\n', ' ') })
    await events.publish(
      heartbeats,
      parsed.data.map((report) => ({ ...report, profileId: viewer.profileId, device, deviceId })),
    )
    accepted.inc({ device }, parsed.data.length)
    return reply.code(202).send({ accepted: parsed.data.length })
  })
}
