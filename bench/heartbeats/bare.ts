import { randomUUID } from 'node:crypto'
import { readFileSync } from 'node:fs'
import type pg from 'pg'
import { type Player, titleId } from './players.ts'

const seconds = 3

/** CPU of a process so far, in ms. */
const cpuOf = (pid: number): number => {
  const text = readFileSync(`/proc/${pid}/stat`, 'utf8')
  const fields = text
    .slice(text.lastIndexOf(')') + 2)
    .split(' ')
    .map(Number)
  return 10 * ((fields[11] ?? 0) + (fields[12] ?? 0))
}

/** The same rows, a batch of one per player, by `pg` alone: one insert and one upsert per batch, each its own commit. */
export const bareBatches = async (client: pg.Client, players: readonly Player[]) => {
  await client.query('create table if not exists public.bench (id text, profile_id text, line text)')
  const { rows: own } = await client.query<{ pid: number }>('select pg_backend_pid() as pid')
  const pid = own[0]?.pid ?? 0
  const before = { own: process.cpuUsage(), backend: cpuOf(pid) }
  const begun = performance.now()
  let count = 0
  while (performance.now() < begun + seconds * 1000) {
    const rows = players.map((player) => ({ ...player, id: randomUUID(), at: new Date().toISOString() }))
    const lines = rows.map(({ profileId, sessionId, at }) =>
      JSON.stringify({
        profileId,
        titleId,
        sessionId,
        deviceId: profileId,
        device: 'tv',
        state: 'playing',
        positionMs: count,
        durationMs: 86_400_000,
        at,
        bitrateKbps: 2_800,
      }),
    )
    await client.query({
      name: 'bare-insert',
      text: 'insert into public.bench select * from unnest($1::text[], $2::text[], $3::text[])',
      values: [rows.map(({ id }) => id), rows.map(({ profileId }) => profileId), lines],
    })
    await client.query({
      name: 'bare-upsert',
      text: `insert into history.resume_point as stored (profile_id, title_id, position_ms, duration_ms, at, device_id)
        select p, 't-bare', $2, 86400000, now(), 'd' from unnest($1::text[]) as p
        on conflict (profile_id, title_id) do update set position_ms = excluded.position_ms, at = excluded.at where excluded.at > stored.at`,
      values: [rows.map(({ profileId }) => profileId), count],
    })
    count += rows.length
  }
  const tookMs = performance.now() - begun
  const { user, system } = process.cpuUsage(before.own)
  const cpuMs = (user + system) / 1000 + cpuOf(pid) - before.backend
  await client.query('drop table public.bench')
  return { barePerSecond: Math.round((1000 * count) / tookMs), bareCpuMsEach: Math.round((1000 * cpuMs) / count) / 1000 }
}
