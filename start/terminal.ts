import { prettyFactory } from 'pino-pretty'

/** What every line carries anyway, or is shown elsewhere in it. */
const shown = ['level', 'time', 'process', 'pid', 'hostname', 'msg', 'traceId']

/** `key value` pairs instead of JSON; of an error its message. */
const details = (line: Readonly<Record<string, unknown>>): string =>
  Object.entries(line)
    .filter(([key]) => !shown.includes(key))
    .map(([key, value]) => `${key} ${plain(value)}`)
    .join(', ')

const plain = (value: unknown): string => {
  if (Array.isArray(value)) return value.map(plain).join(' ')
  if (typeof value !== 'object' || value === null) return String(value)
  return 'message' in value ? String(value.message) : `{ ${details(value as Readonly<Record<string, unknown>>)} }`
}

const pretty = prettyFactory({
  colorize: process.stderr.isTTY ?? false,
  translateTime: 'SYS:HH:MM:ss.l',
  hideObject: true,
  messageFormat: (line) => {
    const rest = details(line)
    return `${String(line.process)}  ${String(line.msg ?? '')}${rest === '' ? '' : `  (${rest})`}`
  },
})

/** A line of a process's log as a person reads it. */
export const readableLine = (line: string): string => pretty(line) ?? `${line}\n`

/** Shows one line of a process's log: as JSON, or readable for a person; anything else as it came. */
export const showLine = (asJson: boolean) => (name: string, line: string) => {
  if (!line.startsWith('{')) process.stderr.write(`${name}  ${line}\n`)
  else process.stderr.write(asJson ? `${line}\n` : readableLine(line))
}

export const showReady = (what: string, pid: number | undefined, tookMs: number): void =>
  void process.stderr.write(`start  ${what}: ready after ${(tookMs / 1000).toFixed(1)} s, process ${pid}\n`)

/** One step of starting, with the time it took and the id of the process that it started. */
export const step = async <T extends { readonly pid: () => number | undefined }>(what: string, work: () => Promise<T>): Promise<T> => {
  const started = Date.now()
  process.stderr.write(`start  ${what} …\n`)
  const result = await work()
  showReady(what, result.pid(), Date.now() - started)
  return result
}
