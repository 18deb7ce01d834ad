import { endedStreams } from '#platform/contracts/topics/playback.endedStreams.ts'
import type { EventLog } from '#platform/ports/event-log.ts'
import type { Places, Streaming } from './places.ts'
import type { Grant, GrantStore } from './store.ts'

export type ConcurrencyDeps = {
  readonly store: GrantStore
  readonly places: Places
  readonly events: Pick<EventLog, 'publish'>
  readonly clock: () => Date
}
export type Wanted = Streaming & {
  readonly deviceId: string
  readonly streamsMax: number
  /** Session of the account that gives its place up. */
  readonly stop: string | null
}

/** What a device is called that does not say which it is; two of that name are two devices. */
const nameless = 'unknown'

/** Sessions of the account that hold a place, what began last first. */
const playingNow = async (accountId: string, { store, places }: ConcurrencyDeps): Promise<readonly Grant[]> => {
  const sessions = await places.held(accountId)
  if (sessions.length === 0) return []
  return (await store.ofSessions(sessions)).toSorted((a, b) => b.createdAt.getTime() - a.createdAt.getTime())
}

/** Takes the places of streams away, and has their players told. */
export const endStreams = async (grants: readonly Grant[], { store, places, events, clock }: ConcurrencyDeps): Promise<void> => {
  if (grants.length === 0) return
  await store.stop(
    grants.map(({ id }) => id),
    clock(),
  )
  await Promise.all(grants.map(({ id, accountId }) => places.leave({ accountId, sessionId: id })))
  await events.publish(
    endedStreams,
    grants.map(({ id, expiresAt }) => ({ sessionId: id, tokenUntil: expiresAt.toISOString() })),
  )
}

/**
 * A place for a stream; the devices that play when there is none. What the same device played before, and the session that is to
 * be stopped, give theirs up.
 */
export const takePlace = async (wanted: Wanted, deps: ConcurrencyDeps): Promise<readonly Grant[] | null> => {
  const { accountId, deviceId, streamsMax, stop } = wanted
  const playing = await playingNow(accountId, deps)
  const replaced = playing.filter((grant) => grant.id === stop || (grant.deviceId === deviceId && deviceId !== nameless))
  await endStreams(replaced, deps)
  return (await deps.places.take(wanted, streamsMax)) ? null : playingNow(accountId, deps)
}
