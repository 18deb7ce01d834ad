import { type DestinationStream, type Logger, pino } from 'pino'
import { currentTrace } from '#platform/observe/tracing.ts'

export type Log = Pick<Logger, 'debug' | 'info' | 'warn' | 'error'>

/** Names under which a secret could reach a log line; pino replaces their values. */
const secretPaths = [
  'password',
  'authorization',
  'accessToken',
  'refreshToken',
  '*.password',
  '*.authorization',
  '*.accessToken',
  '*.refreshToken',
  'req.headers.authorization',
]

/** A structured logger whose every line carries the process's name and the trace it belongs to. */
export const createLog = (process: string, level: string, destination?: DestinationStream): Logger => {
  const options = {
    level,
    base: { process },
    redact: secretPaths,
    timestamp: () => `,"time":"${new Date().toISOString()}"`,
    formatters: { level: (label: string) => ({ level: label }) },
    mixin: () => {
      const trace = currentTrace()
      return trace === undefined ? {} : { traceId: trace.traceId }
    },
  }
  return destination === undefined ? pino(options) : pino(options, destination)
}
