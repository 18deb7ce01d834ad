import { randomUUID } from 'node:crypto'
import { objectKey } from '#platform/contracts/object-key.ts'
import type { Caller } from '#platform/contracts/viewer.ts'
import type { OrderEdges } from '#platform/delivery/edge-health.ts'
import { rankEdges } from '#platform/delivery/edge-ranking.ts'
import { type Ask, dataOrThrow, operation } from '#platform/graphql/operation.ts'
import { signStream } from '#platform/identity/stream-token.ts'
import { counter } from '#platform/observe/metrics.ts'
import { entitlement, type Refusal } from './entitlement.ts'
import type { PlayFactsQuery, PlayFactsQueryVariables } from './operations.generated.ts'
import type { DeviceInput } from './schema.generated.ts'
import type { GrantStore } from './store.ts'

const playFacts = operation<PlayFactsQuery, PlayFactsQueryVariables>('./operations/playFacts.graphql', import.meta.url)
const plays = counter('plays_total', 'Presses of play, by outcome', ['outcome'])
const heartbeatSeconds = 10
/** A viewer waits no longer than that to be told of edges that answer. */
const healthWaitMs = 200

export type PlayDeps = {
  readonly store: GrantStore
  readonly edges: readonly string[]
  /** Puts edges that answer before those that do not. */
  readonly orderEdges: OrderEdges
  readonly streamKey: string
  readonly tokenSeconds: number
  readonly clock: () => Date
}
export type PlayRequest = { readonly titleId: string; readonly device: DeviceInput; readonly caller: Caller; readonly ask: Ask }

/** Grants a stream or refuses it. Throws SUBGRAPH_UNAVAILABLE when the facts cannot be had: no facts, no film. */
export const play = async ({ titleId, device, caller, ask }: PlayRequest, deps: PlayDeps) => {
  const { store, edges, orderEdges, streamKey, tokenSeconds, clock } = deps
  const granted = entitlement(dataOrThrow(await ask(playFacts, { titleId })))
  if ('code' in granted) return refused(granted)
  const sessionId = randomUUID()
  const createdAt = clock()
  const expiresAt = new Date(createdAt.getTime() + tokenSeconds * 1000)
  const token = signStream({ prefix: objectKey(granted.prefix), sessionId, expiresAt }, streamKey)
  await store.save({
    id: sessionId,
    profileId: granted.profileId,
    titleId,
    deviceId: device.id,
    region: caller.region,
    expiresAt,
    createdAt,
  })
  const best = await orderEdges(rankEdges(edges, granted.prefix), { waitMs: healthWaitMs })
  const streams = best.map((edge) => ({
    edge,
    hls: new URL(`/${token}/${granted.prefix}/master.m3u8`, edge).href,
    dash: new URL(`/${token}/${granted.prefix}/manifest.mpd`, edge).href,
  }))
  plays.inc({ outcome: 'granted' })
  return {
    __typename: 'Playback' as const,
    sessionId,
    title: { id: titleId },
    durationMs: granted.durationMs,
    streams,
    expiresAt,
    heartbeatSeconds,
  }
}

const refused = (refusal: Refusal): Refusal => {
  plays.inc({ outcome: refusal.code })
  return refusal
}
