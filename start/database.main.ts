import { openSecrets } from '#platform/identity/secrets.ts'
import { createLog } from '#platform/observe/log.ts'
import { startPostgres } from '#platform/postgres/server.ts'
import { runMain } from '#platform/process/lifecycle.ts'
import { readConfig } from '#platform/settings/config.ts'
import { portsFrom } from './ports.ts'

await runMain(async (stack) => {
  const config = readConfig([], process.env)
  const { databasePassword } = await openSecrets(config.data).pick('databasePassword')
  const log = createLog('database', config.logLevel)
  const server = stack.use(
    await startPostgres({ dataDir: config.data, port: portsFrom(config.portBase).database, password: databasePassword, log }),
  )
  return { until: server.ended }
})
