import { type DestinationStream, type Logger, type LoggerOptions, pino } from 'pino'
import { currentTrace } from '#platform/observe/tracing.ts'
import { withoutSecrets, withoutValues } from '#platform/text/without-secrets.ts'

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

type LogFn = NonNullable<NonNullable<LoggerOptions['hooks']>['logMethod']>

const framesMax = 12
const causesMax = 4

/** What a log keeps of an error: databases and libraries put the values they were given into messages and properties. */
const errorForLog = (error: Error, depth = 0): object => ({
  type: error.name,
  ...('code' in error && typeof error.code === 'string' ? { code: error.code } : {}),
  message: withoutValues(error.message),
  stack: (error.stack ?? '')
    .split('\n')
    .filter((line) => /^\s+at /.test(line))
    .slice(0, framesMax)
    .join('\n'),
  ...(error.cause instanceof Error && depth < causesMax ? { cause: errorForLog(error.cause, depth + 1) } : {}),
})

/** NOTE: for a bare error, pino would take its message as the text of the line. */
const withErrorAsField: LogFn = function (this: Logger, args, method) {
  const [first, ...rest] = args as readonly unknown[]
  const given = first instanceof Error && rest.length === 0 ? [{ err: first }, withoutValues(first.message)] : args
  method.apply(this, given as Parameters<typeof method>)
}

/** A structured logger whose every line carries the process's name and the trace it belongs to. */
export const createLog = (process: string, level: string, destination?: DestinationStream): Logger => {
  const options = {
    level,
    base: { process },
    redact: secretPaths,
    timestamp: () => `,"time":"${new Date().toISOString()}"`,
    formatters: {
      level: (label: string) => ({ level: label }),
      log: (fields: Record<string, unknown>) =>
        Object.fromEntries(Object.entries(fields).map(([name, value]) => [name, value instanceof Error ? errorForLog(value) : value])),
    },
    // NOTE: the last gate, for every line however it was made.
    hooks: { streamWrite: withoutSecrets, logMethod: withErrorAsField },
    serializers: { err: (given: unknown) => given },
    mixin: () => {
      const trace = currentTrace()
      return trace === undefined ? {} : { traceId: trace.traceId }
    },
  }
  return destination === undefined ? pino(options) : pino(options, destination)
}
