import { randomUUID } from 'node:crypto'
import { objectKey } from '#platform/contracts/object-key.ts'
import type { Caller } from '#platform/contracts/viewer.ts'
import type { OrderEdges } from '#platform/delivery/edge-health.ts'
import { rankEdges } from '#platform/delivery/edge-ranking.ts'
import { type Ask, dataOrThrow, operation } from '#platform/graphql/operation.ts'
import { signStream } from '#platform/identity/stream-token.ts'
import { counter } from '#platform/observe/metrics.ts'
import { type ConcurrencyDeps, takePlace } from './concurrency.ts'
import { entitlement, type Playable, type Refusal } from './entitlement.ts'
import type { PlayFactsQuery, PlayFactsQueryVariables } from './operations.generated.ts'
import type { DeviceInput, DeviceKind } from './schema.generated.ts'
import type { Grant } from './store.ts'

const playFacts = operation<PlayFactsQuery, PlayFactsQueryVariables>('./operations/playFacts.graphql', import.meta.url)
const plays = counter('plays_total', 'Presses of play, by outcome', ['outcome'])
const heartbeatSeconds = 10
/** A viewer waits no longer than that to be told of edges that answer. */
const healthWaitMs = 50

export type PlayDeps = ConcurrencyDeps & {
  readonly edges: readonly string[]
  /** Puts edges that answer before those that do not. */
  readonly orderEdges: OrderEdges
  readonly streamKey: string
  readonly tokenSeconds: number
}
export type PlayRequest = {
  readonly titleId: string
  readonly device: DeviceInput
  readonly stop: string | null
  readonly caller: Caller
  readonly ask: Ask
}

/** Grants a stream or refuses it. Throws SUBGRAPH_UNAVAILABLE when the facts cannot be had: no facts, no film. */
export const play = async (request: PlayRequest, deps: PlayDeps) => {
  const { titleId, device, stop, caller, ask } = request
  const granted = entitlement(dataOrThrow(await ask(playFacts, { titleId })))
  if ('code' in granted) return refused(granted)
  const { accountId, profileId, streamsMax } = granted
  const sessionId = randomUUID()
  const playing = await takePlace({ accountId, sessionId, deviceId: device.id, streamsMax, stop }, deps)
  if (playing !== null) return refused(tooMany(streamsMax, playing))
  const createdAt = deps.clock()
  const expiresAt = new Date(createdAt.getTime() + deps.tokenSeconds * 1000)
  const who = { id: sessionId, accountId, profileId, titleId, deviceId: device.id, device: device.kind }
  await deps.store.save({ ...who, streamsMax, region: caller.region, expiresAt, createdAt })
  plays.inc({ outcome: 'granted' })
  return presentPlayback(granted, { sessionId, titleId, expiresAt }, deps)
}

type Session = { readonly sessionId: string; readonly titleId: string; readonly expiresAt: Date }

const presentPlayback = async (
  { prefix, durationMs, heightMax }: Playable,
  { sessionId, titleId, expiresAt }: Session,
  { edges, orderEdges, streamKey }: PlayDeps,
) => {
  const token = signStream({ prefix: objectKey(prefix), sessionId, expiresAt, heightMax }, streamKey)
  const best = await orderEdges(rankEdges(edges, prefix), { waitMs: healthWaitMs })
  const streams = best.map((edge) => {
    const at = (name: string): string => new URL(`/${token}/${prefix}/${name}`, edge).href
    return { edge, hls: at('master.m3u8'), dash: at('manifest.mpd'), thumbnails: at('thumbnails.vtt') }
  })
  return {
    __typename: 'Playback' as const,
    sessionId,
    title: { id: titleId },
    durationMs,
    streams,
    expiresAt,
    heightMax,
    heartbeatSeconds,
  }
}

const kinds: readonly DeviceKind[] = ['TV', 'MOBILE', 'WEB']

const tooMany = (streamsMax: number, playing: readonly Grant[]): Refusal => ({
  __typename: 'PlayRefusal',
  code: 'TOO_MANY_STREAMS',
  message: `Your plan plays on ${streamsMax === 1 ? 'one screen' : `${streamsMax} screens`} at once. Stop one of them, or change the plan.`,
  playing: playing.map(({ id, device, deviceId, createdAt }) => ({
    sessionId: id,
    device: kinds.find((kind) => kind === device) ?? null,
    deviceId,
    since: createdAt,
  })),
})

const refused = (refusal: Refusal): Refusal => {
  plays.inc({ outcome: refusal.code })
  return refusal
}
