import { execFileSync } from 'node:child_process'
import { readFileSync } from 'node:fs'

/**
 * When the process with this id was born, as an opaque text; null when there is none. A process id alone may have been
 * given to another program since; id and birth together name one process.
 */
export const processBirth = (pid: number): string | null => {
  try {
    if (process.platform === 'linux') return birthFromProc(readFileSync(`/proc/${pid}/stat`, 'utf8'))
    return execFileSync('ps', ['-o', 'lstart=', '-p', String(pid)], { encoding: 'utf8' }).trim() || null
  } catch {
    return null
  }
}

/** Field 22 of proc(5)'s stat; a zombie has ended for our purposes. The name before it may hold spaces and brackets. */
const birthFromProc = (stat: string): string | null => {
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ')
  return fields[0] === 'Z' ? null : (fields[19] ?? null)
}
