import { randomUUID } from 'node:crypto'
import { objectKey } from '#platform/contracts/object-key.ts'
import type { Caller } from '#platform/contracts/viewer.ts'
import { type Ask, dataOrThrow, operation } from '#platform/graphql/operation.ts'
import { signStream } from '#platform/identity/stream-token.ts'
import { counter } from '#platform/observe/metrics.ts'
import { rankEdges } from './edge-ranking.ts'
import { entitlement, type Refusal } from './entitlement.ts'
import type { PlayFactsQuery, PlayFactsQueryVariables } from './operations.generated.ts'
import type { DeviceInput } from './schema.generated.ts'
import type { GrantStore } from './store.ts'

const playFacts = operation<PlayFactsQuery, PlayFactsQueryVariables>('./operations/playFacts.graphql', import.meta.url)
const plays = counter('plays_total', 'Presses of play, by outcome', ['outcome'])
const heartbeatSeconds = 10

export type PlayDeps = {
  readonly store: GrantStore
  readonly edges: readonly string[]
  readonly streamKey: string
  readonly tokenSeconds: number
  readonly clock: () => Date
}
export type PlayRequest = { readonly titleId: string; readonly device: DeviceInput; readonly caller: Caller; readonly ask: Ask }

/** Grants a stream or refuses it. Throws SUBGRAPH_UNAVAILABLE when the facts cannot be had: no facts, no film. */
export const play = async ({ titleId, device, caller, ask }: PlayRequest, { store, edges, streamKey, tokenSeconds, clock }: PlayDeps) => {
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
  const streams = rankEdges(edges, granted.prefix).map((edge) => ({
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
