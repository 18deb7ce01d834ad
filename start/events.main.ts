import { openEngines } from '#platform/engines/engines.ts'
import { openSecrets } from '#platform/identity/secrets.ts'
import { createLog } from '#platform/observe/log.ts'
import { postgresUrl } from '#platform/postgres/server.ts'
import { sentenceFor } from '#platform/process/lifecycle.ts'
import { readConfig } from '#platform/settings/config.ts'
import { onEvents, usage } from './events.ts'
import { portsFrom } from './ports.ts'

const words = process.argv.slice(2)
const flagAt = words.findIndex((word) => word.startsWith('--'))
const [command, flags] = flagAt === -1 ? [words, []] : [words.slice(0, flagAt), words.slice(flagAt)]

const carryOut = async (): Promise<void> => {
  const config = readConfig(flags, process.env)
  const embedded = async (): Promise<string> => {
    const { databasePassword } = await openSecrets(config.data).pick('databasePassword')
    return postgresUrl({ port: portsFrom(config.portBase).database, password: databasePassword, database: 'cinegraph' })
  }
  const databaseUrl = config.databaseUrl || (await embedded())
  await using engines = openEngines({ ...config, databaseUrl }, createLog('events', config.logLevel))
  const said = await onEvents(engines, command)
  if (typeof said === 'string') process.stdout.write(said.endsWith('\n') ? said : `${said}\n`)
  else if (said.length === 0) console.log('None.')
  else console.table(said)
}

try {
  if (command.length === 0) process.stdout.write(usage)
  else await carryOut()
} catch (error) {
  process.stderr.write(`${sentenceFor(error) ?? (error instanceof Error ? error.message : String(error))}\n`)
  process.exitCode = 1
}
