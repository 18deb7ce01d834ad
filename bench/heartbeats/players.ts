import { setTimeout as sleep } from 'node:timers/promises'
import { Pool } from 'undici'
import { createIssuer } from '#platform/identity/access-token.ts'

export type Player = { readonly profileId: string; readonly sessionId: string; readonly token: string; sent: number; acknowledged: number }
export type Sent = { readonly player: Player; readonly n: number; readonly startedAt: number; readonly ms: number; readonly status: number }

export const titleId = 't-0001'
const durationMs = 86_400_000

/** Players of as many profiles, signed in. */
export const signedInPlayers = async (count: number, accessPrivateKey: string): Promise<readonly Player[]> => {
  const tokens = createIssuer(accessPrivateKey, 3_600)
  return Promise.all(
    Array.from({ length: count }, async (_, at) => {
      const profileId = `p-bench-${at}`
      const viewer = { accountId: 'a-demo', profileId, operator: false, maturityLimit: 18, language: 'en' }
      return { profileId, sessionId: `s-bench-${at}`, token: await tokens.issue(viewer), sent: 0, acknowledged: 0 }
    }),
  )
}

/** Sends the next heartbeat of a player; its position is its number, so that it can be found again. */
const beat = async (client: Pool, player: Player, startedAt = performance.now()): Promise<Sent> => {
  player.sent += 1
  const n = player.sent
  const body = JSON.stringify({
    titleId,
    sessionId: player.sessionId,
    state: 'playing',
    positionMs: n,
    durationMs,
    at: new Date(Date.now()).toISOString(),
    bitrateKbps: 2_800,
  })
  const headers = { 'content-type': 'application/json', authorization: `Bearer ${player.token}`, 'x-cinegraph-device': player.profileId }
  const status = await client
    .request({ path: '/heartbeat', method: 'POST', headers, body })
    .then(async ({ statusCode, body: answer }) => {
      await answer.dump()
      return statusCode
    })
    .catch(() => 0)
  if (status === 202) player.acknowledged = n
  return { player, n, startedAt, ms: performance.now() - startedAt, status }
}

export type Load = { readonly url: string; readonly players: readonly Player[]; readonly seconds: number }

/** Every player sends its next heartbeat as soon as the one before is answered. */
export const closedLoop = async ({ url, players, seconds }: Load): Promise<readonly Sent[]> => {
  const client = new Pool(url, { connections: players.length, pipelining: 1 })
  const until = performance.now() + seconds * 1000
  const sent: Sent[] = []
  const play = async (player: Player): Promise<void> => {
    while (performance.now() < until) {
      const one = await beat(client, player)
      sent.push(one)
      if (one.status !== 202) await sleep(20)
    }
  }
  await Promise.all(players.map(play))
  await client.close()
  return sent
}

/** Heartbeats at a fixed rate, whether or not those before are answered; latency counts from when one was due. */
export const openLoop = async ({ url, players, seconds }: Load, perSecond: number): Promise<readonly Sent[]> => {
  const client = new Pool(url, { connections: players.length, pipelining: 1 })
  const begun = performance.now()
  const total = Math.round(perSecond * seconds)
  const sending: Promise<Sent>[] = []
  for (let at = 0; at < total; at += 1) {
    const due = begun + (at * 1000) / perSecond
    const waitMs = due - performance.now()
    if (waitMs > 1) await sleep(waitMs)
    const player = players[at % players.length]
    if (player !== undefined) sending.push(beat(client, player, due))
  }
  const sent = await Promise.all(sending)
  await client.close()
  return sent
}
