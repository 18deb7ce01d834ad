import type { Log } from '#platform/observe/log.ts'

/** PostgreSQL's severities (its manual, table 19.2) that are worth a line of ours. FATAL ends one session, PANIC all of them. */
const levels = { WARNING: 'warn', ERROR: 'warn', FATAL: 'warn', PANIC: 'error' } as const

/** What a session that ends is told while the server starts or stops, before the first migration, or when its client has gone: nothing is wrong then. */
const usual = [
  'the database system is starting up',
  'the database system is not yet accepting connections',
  'the database system is in recovery mode',
  'the database system is shutting down',
  'terminating connection due to administrator command',
  'connection to client lost',
  'database "cinegraph" does not exist',
]

/** Passes a line of PostgreSQL's own log on, at our level and in words that do not frighten: `FATAL` is one session's end. */
export const logServerLine = (log: Log, line: string): void => {
  const [, severity = '', text = line] = / (WARNING|ERROR|FATAL|PANIC|LOG|HINT|DETAIL|STATEMENT|CONTEXT): +(.*)$/.exec(line) ?? []
  const level = usual.some((each) => text.startsWith(each)) ? 'debug' : (levels[severity as keyof typeof levels] ?? 'debug')
  log[level](`postgres: ${severity === 'FATAL' ? 'a session was ended: ' : ''}${text}`)
}
