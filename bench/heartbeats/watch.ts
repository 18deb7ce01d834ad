import { setTimeout as sleep } from 'node:timers/promises'
import type pg from 'pg'
import { type Sent, titleId } from './players.ts'

type Seen = { readonly at: number; readonly position: number }

/** Notes, every few milliseconds, up to which heartbeat each profile's resume point has come. */
export const watchApplied = (client: pg.Client, everyMs = 5) => {
  const seen = new Map<string, Seen[]>()
  const stop = new AbortController()
  const running = (async () => {
    while (!stop.signal.aborted) {
      const { rows } = await client.query<{ profile_id: string; position_ms: number }>({
        name: 'applied',
        text: 'select profile_id, position_ms from history.resume_point where title_id = $1 and profile_id like $2',
        values: [titleId, 'p-bench-%'],
      })
      const at = performance.now()
      for (const { profile_id: profileId, position_ms: position } of rows) {
        const known = seen.get(profileId) ?? []
        if ((known.at(-1)?.position ?? -1) < position) known.push({ at, position })
        seen.set(profileId, known)
      }
      await sleep(everyMs, undefined, { signal: stop.signal }).catch(() => undefined)
    }
  })()
  return {
    stop: async () => {
      stop.abort()
      await running
    },
    positionOf: (profileId: string): number => seen.get(profileId)?.at(-1)?.position ?? 0,
    /** From when a heartbeat was due to when it, or a later one of its player, was seen in the resume point. */
    appliedMs: (sent: readonly Sent[]): readonly number[] => {
      const next = new Map<string, number>()
      return sent
        .filter(({ status }) => status === 202)
        .toSorted((a, b) => a.n - b.n)
        .flatMap(({ player, n, startedAt }) => {
          const known = seen.get(player.profileId) ?? []
          let at = next.get(player.profileId) ?? 0
          while (at < known.length && (known[at]?.position ?? 0) < n) at += 1
          next.set(player.profileId, at)
          const found = known[at]
          return found === undefined ? [] : [found.at - startedAt]
        })
    },
  }
}
