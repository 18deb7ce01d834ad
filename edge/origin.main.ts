import { openEngines } from '#platform/engines/engines.ts'
import { serveAdmin } from '#platform/http/admin.ts'
import { listen } from '#platform/http/server.ts'
import { openSecrets } from '#platform/identity/secrets.ts'
import { createLog } from '#platform/observe/log.ts'
import { startTelemetry } from '#platform/observe/telemetry.ts'
import { runMain } from '#platform/process/lifecycle.ts'
import { readConfig } from '#platform/settings/config.ts'
import { createOrigin } from './origin.ts'

await runMain(async (stack) => {
  const config = readConfig(process.argv.slice(2), process.env)
  const log = createLog('origin', config.logLevel)
  stack.use(await startTelemetry({ service: 'origin', url: config.otlpUrl }))
  const { streamKey, serviceKey } = await openSecrets(config.data).pick('streamKey', 'serviceKey')
  const engines = stack.use(openEngines(config, log))
  const objects = await engines.open('objects')
  const app = createOrigin({ name: 'origin', log, ready: engines.healthy, objects, streamKey, serviceKey, clock: () => new Date() })
  stack.defer(() => app.close())
  await listen(app, { host: config.host, port: config.port, what: 'origin' })
  await serveAdmin(stack, { name: 'origin', log, config, ready: engines.healthy })
})
