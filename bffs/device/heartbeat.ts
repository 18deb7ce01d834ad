import { type Heartbeat, heartbeats } from '#platform/contracts/topics/playback.heartbeats.ts'
import { CinegraphError } from '#platform/errors/errors.ts'
import { eventsFrom } from '#platform/events/recorded.ts'
import type { Http } from '#platform/http/server.ts'
import type { ReadCaller } from '#platform/identity/caller.ts'
import { counter } from '#platform/observe/metrics.ts'
import type { EventLog } from '#platform/ports/event-log.ts'
import { tokenBucket } from '#platform/resilience/token-bucket.ts'
import type { KnownTitles } from './known-titles.ts'
import type { Streams } from './streams.ts'

const reportsMax = 100
/** How many seconds' worth a profile may send at once: what waited on its devices while they were offline. */
const burstSeconds = 200
const accepted = counter('heartbeats_total', 'Heartbeats accepted', ['device'])
const setAside = counter('heartbeats_set_aside_total', 'Heartbeats not taken, by why', ['why'])

/** A player that was closed; for all but the place of its stream it has paused. */
const isStopped = (report: unknown): boolean =>
  typeof report === 'object' && report !== null && 'state' in report && report.state === 'stopped'

/** The reports of a request. Throws INPUT_INVALID for none and for too many. */
const reportsIn = (body: unknown): readonly unknown[] => {
  const reports: readonly unknown[] = Array.isArray(body) ? body : [body]
  if (reports.length === 0 || reports.length > reportsMax)
    throw new CinegraphError('INPUT_INVALID', { name: 'The list of heartbeats', why: `has 1 to ${reportsMax} entries` })
  return reports
}

export type HeartbeatDeps = {
  readonly device: Heartbeat['device']
  readonly events: EventLog
  readonly readCaller: ReadCaller
  readonly streams: Streams
  readonly knownTitles: KnownTitles
  /** Of one profile, on average. */
  readonly perSecond: number
}

/**
 * `POST /heartbeat`: one report of a player, or up to 100 that waited while it was offline. 202 means that they are
 * durable, but for those of titles that do not exist: they are left out, and `accepted` counts the others. Whose they are is
 * taken from the access token, never from the body. `stopped` of the answer names those of the sessions that play no more, because
 * another stream of the account has their place. 429 when a profile reports more than players do, with `Retry-After`.
 */
export const serveHeartbeat = (app: Http, { device, events, readCaller, streams, knownTitles, perSecond }: HeartbeatDeps): void => {
  const take = tokenBucket({ perSecond, burst: perSecond * burstSeconds })
  app.post('/heartbeat', async (request, reply) => {
    const caller = await readCaller(request.headers)
    const { viewer, deviceId } = caller
    if (viewer === null) throw new CinegraphError('UNAUTHENTICATED')
    const reports = reportsIn(request.body)
    const seconds = take(viewer.profileId, reports.length)
    if (seconds > 0) {
      setAside.inc({ why: 'rate' }, reports.length)
      reply.header('retry-after', seconds)
      throw new CinegraphError('TOO_MANY_HEARTBEATS', { perSecond, seconds })
    }
    const own = { profileId: viewer.profileId, device, deviceId }
    const sent = eventsFrom(
      heartbeats,
      reports.map((report) => Object.assign({}, report, isStopped(report) ? { state: 'paused' } : {}, own)),
    )
    const known = await knownTitles([...new Set(sent.map(({ titleId }) => titleId))], caller)
    const beats = sent.filter(({ titleId }) => known.has(titleId))
    const told = sent.flatMap(({ titleId, sessionId, state }, at) =>
      known.has(titleId) ? [{ sessionId, state: isStopped(reports[at]) ? ('stopped' as const) : state }] : [],
    )
    if (beats.length > 0) await Promise.all([events.publish(heartbeats, beats), streams.tell(viewer.accountId, told)])
    accepted.inc({ device }, beats.length)
    if (beats.length < sent.length) setAside.inc({ why: 'unknown title' }, sent.length - beats.length)
    return reply.code(202).send({ accepted: beats.length, stopped: streams.stopped(told) })
  })
}
