import { readFileSync } from 'node:fs'
import { Pool } from 'undici'

export type Load = {
  readonly url: string
  readonly body: string
  readonly connections: number
  readonly seconds: number
  readonly isUnique: boolean
}
/** The time that each request took, in ms, and how long all of them took together. */
export type Loaded = { readonly seconds: number; readonly times: readonly number[]; readonly failed: number }
export type Rate = {
  readonly requests: number
  readonly perSecond: number
  readonly p50Ms: number
  readonly p99Ms: number
  readonly failed: number
}

/** A closed loop: each connection sends its next request when it has the last answer. Bounded by `seconds`. */
export const run = async ({ url, body, connections, seconds, isUnique }: Load): Promise<Loaded> => {
  const { origin, pathname } = new URL(url)
  await using stack = new AsyncDisposableStack()
  const pool = new Pool(origin, { connections, pipelining: 1, headersTimeout: 60_000, bodyTimeout: 60_000 })
  stack.defer(() => pool.destroy())
  const endsAt = performance.now() + seconds * 1000
  const times: number[] = []
  let failed = 0
  let serial = 0
  const loop = async (): Promise<void> => {
    while (performance.now() < endsAt) {
      const since = performance.now()
      serial += 1
      const authorization = `Bearer ${isUnique ? serial : 0}`
      const headers = { 'content-type': 'application/json', accept: 'application/json', authorization }
      const answer = await pool.request({ path: pathname, method: 'POST', headers, body })
      await answer.body.dump({ limit: 64 * 1_048_576 })
      if (answer.statusCode !== 200) failed += 1
      times.push(performance.now() - since)
    }
  }
  const began = performance.now()
  await Promise.all(Array.from({ length: connections }, loop))
  return { seconds: (performance.now() - began) / 1000, times, failed }
}

export const sumOf = <T>(items: readonly T[], of: (item: T) => number): number => items.reduce((sum, item) => sum + of(item), 0)

/** Slices of one load, taken together. */
export const rateOf = (slices: readonly Loaded[]): Rate => {
  const sorted = slices.flatMap(({ times }) => times).toSorted((a, b) => a - b)
  const at = (share: number): number => sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? 0
  const perSecond = sorted.length / sumOf(slices, ({ seconds }) => seconds)
  return { requests: sorted.length, perSecond, p50Ms: at(0.5), p99Ms: at(0.99), failed: sumOf(slices, ({ failed }) => failed) }
}

const ticksPerSecond = 100
type Status = { readonly parent: number; readonly cpuMs: number; readonly ownMb: number; readonly fileMb: number }

const statusOf = (pid: number): Status | undefined => {
  try {
    const fields = readFileSync(`/proc/${pid}/stat`, 'utf8')
      .replace(/^.*\) /, '')
      .split(' ')
    const memory = readFileSync(`/proc/${pid}/status`, 'utf8')
    const kilobytes = (name: string): number => Number(new RegExp(`^${name}:\\s+(\\d+)`, 'm').exec(memory)?.[1] ?? 0)
    const [, parent, , , , , , , , , , user, system] = fields
    return {
      parent: Number(parent),
      cpuMs: ((Number(user) + Number(system)) * 1000) / ticksPerSecond,
      ownMb: kilobytes('RssAnon') / 1024,
      fileMb: kilobytes('RssFile') / 1024,
    }
  } catch {
    return undefined
  }
}

export type Usage = { readonly cpuMs: number; readonly memoryMb: number }

/** CPU time and resident memory of a process with all that descend from it; of programs mapped into memory the largest counts once (Linux only). */
export const usageOf = (root: number, pids: readonly number[]): Usage => {
  const all = new Map(
    pids.flatMap((pid) => {
      const status = statusOf(pid)
      return status === undefined ? [] : [[pid, status] as const]
    }),
  )
  const isOurs = (pid: number): boolean => pid === root || (all.has(pid) && isOurs(all.get(pid)?.parent ?? 0))
  const ours = [...all].filter(([pid]) => isOurs(pid)).map(([, status]) => status)
  const memoryMb = ours.reduce((sum, { ownMb }) => sum + ownMb, 0) + Math.max(0, ...ours.map(({ fileMb }) => fileMb))
  return { cpuMs: ours.reduce((sum, { cpuMs }) => sum + cpuMs, 0), memoryMb }
}
