import { readConfig } from '#platform/config.ts'
import { runMain } from '#platform/lifecycle.ts'
import { createLog } from '#platform/log.ts'
import { startPostgres } from '#platform/postgres/server.ts'
import { openSecrets } from '#platform/secrets.ts'
import { portsFrom } from './ports.ts'

await runMain(async (stack) => {
  const config = readConfig([], process.env)
  const { databasePassword } = await openSecrets(config.data)
  const log = createLog('database', config.logLevel)
  const server = stack.use(
    await startPostgres({ dataDir: config.data, port: portsFrom(config.portBase).database, password: databasePassword, log }),
  )
  return { until: server.ended }
})
