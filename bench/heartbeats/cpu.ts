import { readdirSync, readFileSync } from 'node:fs'

type Stat = { readonly pid: number; readonly parent: number; readonly ms: number }
const msPerTick = 10

/** CPU of a process and of its children that have ended: fields 14 to 17 of proc(5)'s stat, in ticks of 10 ms. */
const statOf = (pid: number): Stat | undefined => {
  try {
    const text = readFileSync(`/proc/${pid}/stat`, 'utf8')
    const fields = text
      .slice(text.lastIndexOf(')') + 2)
      .split(' ')
      .map(Number)
    return { pid, parent: fields[1] ?? 0, ms: msPerTick * [11, 12, 13, 14].reduce((sum, at) => sum + (fields[at] ?? 0), 0) }
  } catch {
    return undefined
  }
}

/** CPU time so far of all processes below `root`, itself included, but those of `without`, by process. Linux only. */
export const cpuBelow = (root: number, without: ReadonlySet<number> = new Set()): ReadonlyMap<number, number> => {
  const stats = readdirSync('/proc').flatMap((name) => (/^\d+$/.test(name) ? (statOf(Number(name)) ?? []) : []))
  const found = new Map<number, number>()
  const add = (pid: number): void => {
    for (const stat of stats) if (stat.pid === pid && !without.has(pid)) found.set(pid, stat.ms)
    for (const stat of stats) if (stat.parent === pid) add(stat.pid)
  }
  add(root)
  return found
}

const commandOf = (pid: number): string => {
  try {
    return readFileSync(`/proc/${pid}/cmdline`, 'utf8')
  } catch {
    return 'ended'
  }
}

const nameOf = (pid: number): string => {
  const command = commandOf(pid).split('\0').join(' ').trim()
  const main = /([\w-]+)\/?([\w.-]*main\.ts)/.exec(command)
  if (main !== null) return main[2] === 'main.ts' ? `${main[1]}` : `${main[2]}`.replace('.main.ts', '')
  const [, kind = 'postmaster'] = /^postgres: (?:cinegraph )?(\w+)/.exec(command) ?? []
  return `postgres ${kind}`
}

/**
 * CPU time between two readings, in ms, by what the processes are. NOTE: what one that has ended used is in its parent's figure
 * then, with what it had used before the first reading, which is therefore taken off.
 */
export const cpuBetween = (before: ReadonlyMap<number, number>, after: ReadonlyMap<number, number>): ReadonlyMap<string, number> => {
  const byName = new Map<string, number>()
  const add = (name: string, ms: number): void => void byName.set(name, (byName.get(name) ?? 0) + ms)
  for (const [pid, ms] of after) add(nameOf(pid), ms - (before.get(pid) ?? 0))
  for (const [pid, ms] of before) if (!after.has(pid)) add('ended', -ms)
  return byName
}
