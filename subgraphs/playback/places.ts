import type { Lease, Leases } from '#platform/ports/leases.ts'

/** A stream holds one of its account's places, as many as the plan has, and is known there by its session. */
export type Streaming = { readonly accountId: string; readonly sessionId: string }
export type Places = {
  /** A place of at most `streamsMax`; false when others hold all of them. */
  readonly take: (stream: Streaming, streamsMax: number) => Promise<boolean>
  /** Which of the streams hold a place still; each of these has it for a full time again. */
  readonly renew: (streams: readonly Streaming[]) => Promise<ReadonlySet<string>>
  /** Frees the place of a stream at once; false when it holds none. */
  readonly leave: (stream: Streaming) => Promise<boolean>
  /** Sessions that hold a place of the account. */
  readonly held: (accountId: string) => Promise<readonly string[]>
}

/** A player that says nothing for so long has gone. Players report every 10 s, and a place is renewed every 30 s at most. */
export const placeMs = 90_000
/** No plan has more. */
const placesMax = 10

/** NOTE: an account's id is one part of the key whatever it holds, so that no account reads or fills places of another. */
const prefixOf = (accountId: string): string => `stream/${encodeURIComponent(accountId)}/`
const keysOf = (accountId: string, count = placesMax): readonly string[] =>
  Array.from({ length: Math.min(count, placesMax) }, (_, at) => `${prefixOf(accountId)}${at}`)

/** Places of streams as leases, so that they are the same in every process and free by themselves when a device goes silent. */
export const createPlaces = (leases: Leases, ttlMs = placeMs): Places => {
  const leasesOf = (accountId: string): Promise<readonly Lease[]> => leases.list(prefixOf(accountId))
  return {
    take: async ({ accountId, sessionId }, streamsMax) => {
      // NOTE: streams of a larger plan that the account had may go on at places beyond the keys of this one.
      if ((await leasesOf(accountId)).filter(({ holder }) => holder !== sessionId).length >= streamsMax) return false
      return (await leases.take(keysOf(accountId, streamsMax), sessionId, ttlMs)) !== null
    },
    renew: async (streams) => {
      const claims = streams.map(({ accountId, sessionId }) => ({ keys: keysOf(accountId), holder: sessionId }))
      const renewed = await leases.renewHeld(claims, ttlMs)
      return new Set(renewed.flatMap((lease) => lease?.holder ?? []))
    },
    leave: async ({ accountId, sessionId }) => {
      const lease = (await leasesOf(accountId)).find(({ holder }) => holder === sessionId)
      if (lease !== undefined) await leases.release(lease)
      return lease !== undefined
    },
    held: async (accountId) => (await leasesOf(accountId)).map(({ holder }) => holder),
  }
}
