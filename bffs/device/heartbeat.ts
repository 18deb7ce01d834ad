import { type Heartbeat, heartbeats } from '#platform/contracts/topics/playback.heartbeats.ts'
import { CinegraphError } from '#platform/errors/errors.ts'
import { eventsFrom } from '#platform/events/recorded.ts'
import type { Http } from '#platform/http/server.ts'
import type { ReadCaller } from '#platform/identity/caller.ts'
import { counter } from '#platform/observe/metrics.ts'
import type { EventLog } from '#platform/ports/event-log.ts'
import type { Streams } from './streams.ts'

const reportsMax = 100
const accepted = counter('heartbeats_total', 'Heartbeats accepted', ['device'])

/** A player that was closed; for all but the place of its stream it has paused. */
const isStopped = (report: unknown): boolean =>
  typeof report === 'object' && report !== null && 'state' in report && report.state === 'stopped'

export type HeartbeatDeps = {
  readonly device: Heartbeat['device']
  readonly events: EventLog
  readonly readCaller: ReadCaller
  readonly streams: Streams
}

/**
 * `POST /heartbeat`: one report of a player, or up to 100 that waited while it was offline. 202 means that they are
 * durable. Whose they are is taken from the access token, never from the body. `stopped` of the answer names those of the sessions
 * that play no more, because another stream of the account has their place.
 */
export const serveHeartbeat = (app: Http, { device, events, readCaller, streams }: HeartbeatDeps): void => {
  app.post('/heartbeat', async (request, reply) => {
    const { viewer, deviceId } = await readCaller(request.headers)
    if (viewer === null) throw new CinegraphError('UNAUTHENTICATED')
    const reports: readonly unknown[] = Array.isArray(request.body) ? request.body : [request.body]
    if (reports.length === 0 || reports.length > reportsMax)
      throw new CinegraphError('INPUT_INVALID', { name: 'The list of heartbeats', why: `has 1 to ${reportsMax} entries` })
    const own = { profileId: viewer.profileId, device, deviceId }
    const beats = eventsFrom(
      heartbeats,
      reports.map((report) => Object.assign({}, report, isStopped(report) ? { state: 'paused' } : {}, own)),
    )
    const told = beats.map(({ sessionId, state }, at) => ({ sessionId, state: isStopped(reports[at]) ? ('stopped' as const) : state }))
    await Promise.all([events.publish(heartbeats, beats), streams.tell(viewer.accountId, told)])
    accepted.inc({ device }, reports.length)
    return reply.code(202).send({ accepted: reports.length, stopped: streams.stopped(told) })
  })
}
