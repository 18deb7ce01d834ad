import { openEngines } from '#platform/engines/engines.ts'
import { listen } from '#platform/http/server.ts'
import { openSecrets } from '#platform/identity/secrets.ts'
import { createLog } from '#platform/observe/log.ts'
import { startTelemetry } from '#platform/observe/telemetry.ts'
import { migrateDatabase } from '#platform/postgres/migrate.ts'
import { runMain } from '#platform/process/lifecycle.ts'
import { readConfig } from '#platform/settings/config.ts'
import { seedDemo } from '../prisma/seed/seed.ts'
import { createControlPlane } from './control-plane.ts'
import { linksFrom } from './links.ts'
import { portsFrom } from './ports.ts'

await runMain(async (stack) => {
  const config = readConfig([], process.env)
  const log = createLog('control-plane', config.logLevel)
  stack.use(await startTelemetry({ service: 'control-plane', url: config.otlpUrl }))
  const secrets = await openSecrets(config.data)
  const applied = await migrateDatabase(config.databaseUrl)
  if (applied.length > 0) log.info({ applied }, 'database migrated')
  const clock = () => new Date()
  const engines = stack.use(openEngines(config, log))
  if (config.demo) {
    const [database, objects] = [await engines.open('database'), await engines.open('objects')]
    await seedDemo({ database, objects, operatorPassword: secrets.operatorPassword, footage: config.demoFootage, clock, log })
  }
  const ports = portsFrom(config.portBase)
  const plane = stack.use(await createControlPlane({ config, secrets, engines, links: () => linksFrom(config, ports), clock, log }))
  for (const what of ['supergraph', 'tv', 'mobile', 'web'] as const)
    await listen(plane[what], { host: config.host, port: ports[what], what })
})
