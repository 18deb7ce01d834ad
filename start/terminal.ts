import { prettyFactory } from 'pino-pretty'

const pretty = prettyFactory({
  colorize: process.stderr.isTTY ?? false,
  translateTime: 'SYS:HH:MM:ss.l',
  ignore: 'pid,hostname,process',
  messageFormat: '{process}  {msg}',
  singleLine: true,
})

/** Shows one line of a process's log: as JSON, or readable for a person; anything else as it came. */
export const showLine = (asJson: boolean) => (name: string, line: string) => {
  const readable = asJson || !line.startsWith('{') ? (line.startsWith('{') ? `${line}\n` : `${name}  ${line}\n`) : pretty(line)
  process.stderr.write(readable)
}

/** One step of starting, with the time it took. */
export const step = async <T>(what: string, work: () => Promise<T>): Promise<T> => {
  const started = Date.now()
  process.stderr.write(`start  ${what} …\n`)
  const result = await work()
  process.stderr.write(`start  ${what}: ready after ${((Date.now() - started) / 1000).toFixed(1)} s\n`)
  return result
}
