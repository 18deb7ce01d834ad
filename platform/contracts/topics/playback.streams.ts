import { z } from 'zod'
import { Id } from '../fields.ts'
import { defineTopic } from '../topic.ts'

/**
 * A stream of an account plays on, has come to its end, or was stopped for good. Told much less often than heartbeats: once while
 * a place can be renewed, and at once when it is free.
 */
export const streams = defineTopic({
  name: 'playback.streams',
  version: 1,
  schema: z.object({ accountId: Id, sessionId: Id, state: z.enum(['playing', 'ended', 'stopped']) }),
  key: ({ accountId }) => accountId,
  groups: { playback: 'latest' },
  live: false,
})

type Told = { readonly sessionId: string; readonly state: string }

/** The last that was told of each session; one that was stopped stays so, whatever is told after that. */
export const lastOfEach = <T extends Told>(told: readonly T[]): ReadonlyMap<string, T> => {
  const last = new Map<string, T>()
  for (const each of told) if (last.get(each.sessionId)?.state !== 'stopped') last.set(each.sessionId, each)
  return last
}
