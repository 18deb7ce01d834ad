import { execFileSync } from 'node:child_process'
import { readFileSync } from 'node:fs'

/** What a process has used so far: processor time of all its threads, and the memory that it holds at the moment. */
export type Usage = { readonly cpuSeconds: number; readonly residentBytes: number }

/** The usage of a process; null when it has ended. */
export const usageOf = (pid: number): Usage | null => {
  try {
    return process.platform === 'linux' ? usageFromProc(pid) : usageFromPs(execFileSync('ps', ['-o', 'time=,rss=', '-p', String(pid)]))
  } catch {
    return null
  }
}

/** NOTE: times in proc(5)'s stat are in ticks of 10 ms on every machine; the name before them may hold spaces and brackets. */
const usageFromProc = (pid: number): Usage => {
  const stat = readFileSync(`/proc/${pid}/stat`, 'utf8')
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ')
  const [, residentKb = 0] = /^VmRSS:\s+(\d+)/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8')) ?? []
  return { cpuSeconds: (Number(fields[11]) + Number(fields[12])) / 100, residentBytes: Number(residentKb) * 1024 }
}

/** A line such as ` 1-02:03:04 51200` or `3:04.05 51200`. */
const usageFromPs = (line: Buffer): Usage => {
  const [time = '', residentKb = '0'] = line.toString('utf8').trim().split(/\s+/)
  const [clock = '0', days = '0'] = time.split('-').toReversed()
  const seconds = clock.split(':').reduce((total, part) => total * 60 + Number(part), 0)
  return { cpuSeconds: Number(days) * 86_400 + seconds, residentBytes: Number(residentKb) * 1024 }
}
