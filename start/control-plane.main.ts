import { openEngines } from '#platform/engines/engines.ts'
import { serveAdmin } from '#platform/http/admin.ts'
import { type Http, listen } from '#platform/http/server.ts'
import { openSecrets } from '#platform/identity/secrets.ts'
import { createLog } from '#platform/observe/log.ts'
import { startTelemetry } from '#platform/observe/telemetry.ts'
import { migrateDatabase } from '#platform/postgres/migrate.ts'
import { waitForDatabase } from '#platform/postgres/wait.ts'
import { runMain } from '#platform/process/lifecycle.ts'
import { readConfig } from '#platform/settings/config.ts'
import { seedDemo } from '../prisma/seed/seed.ts'
import { createControlPlane, createGraph } from './control-plane.ts'
import { linksFrom } from './links.ts'
import { type Place, portsFrom } from './ports.ts'

await runMain(async (stack) => {
  const config = readConfig([], process.env)
  const log = createLog('control-plane', config.logLevel)
  stack.use(await startTelemetry({ service: 'control-plane', url: config.otlpUrl }))
  const secrets = openSecrets(config.data)
  await waitForDatabase(config.databaseUrl, { seconds: config.databaseWaitSeconds, log })
  const applied = await migrateDatabase(config.databaseUrl)
  if (applied.length > 0) log.info({ applied }, 'database migrated')
  const clock = () => new Date()
  const engines = stack.use(openEngines(config, log))
  if (config.demo) {
    const [database, objects] = [await engines.open('database'), await engines.open('objects')]
    const operatorPassword = async () => (await secrets.pick('operatorPassword')).operatorPassword
    await seedDemo({ database, objects, operatorPassword, footage: config.demoFootage, clock, log })
  }
  const ports = portsFrom(config.portBase)
  // NOTE: made once, because asking the system for its addresses cost more than all else of a request.
  const links = linksFrom(config, ports)
  const deps = { config, secrets, engines, clock, log }
  const apps: { readonly [P in Place]?: Http } =
    config.processes === 'split'
      ? await createGraph(deps).then((graph) => ({ supergraph: stack.use(graph).supergraph }))
      : stack.use(await createControlPlane({ ...deps, links: () => links }))
  for (const what of ['supergraph', 'tv', 'mobile', 'web'] as const) {
    const app = apps[what]
    if (app !== undefined) await listen(app, { host: config.host, port: ports[what], what })
  }
  await serveAdmin(stack, { name: 'control-plane', log, config, ready: engines.healthy })
})
