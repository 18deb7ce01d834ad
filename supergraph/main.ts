import { readFile } from 'node:fs/promises'
import { openEngines } from '#platform/engines/engines.ts'
import { remoteService } from '#platform/graphql/remote.ts'
import { serveAdmin } from '#platform/http/admin.ts'
import { answers } from '#platform/http/answers.ts'
import { hostsFrom } from '#platform/http/hosts.ts'
import { listen } from '#platform/http/server.ts'
import { readCallerFrom } from '#platform/identity/caller.ts'
import { noneEnded } from '#platform/identity/ended-sessions.ts'
import { openSecrets } from '#platform/identity/secrets.ts'
import { createLog } from '#platform/observe/log.ts'
import { startTelemetry } from '#platform/observe/telemetry.ts'
import { runMain } from '#platform/process/lifecycle.ts'
import { watchSessions } from '#platform/process/watch-sessions.ts'
import { readConfig } from '#platform/settings/config.ts'
import { studioFrom } from './gateway/studio-settings.ts'
import { allowedOriginsFrom, createSupergraphHttp } from './http.ts'
import { createSupergraph } from './server.ts'

await runMain(async (stack) => {
  const config = readConfig(process.argv.slice(2), process.env)
  const log = createLog('supergraph', config.logLevel)
  stack.use(await startTelemetry({ service: 'supergraph', url: config.otlpUrl }))
  const secrets = await openSecrets(config.data).pick('accessPublicKey', 'serviceKey')
  const subgraphs = Object.fromEntries(
    Object.entries(config.subgraphUrls).map(([name, url]) => [name, remoteService(name, url, secrets.serviceKey)]),
  )
  const supergraphSdl = await readFile(new URL('./supergraph.graphql', import.meta.url), 'utf8')
  const supergraph = stack.use(await createSupergraph({ supergraphSdl, subgraphs, studio: studioFrom(config), log }))
  const engines = stack.use(openEngines(config, log))
  // NOTE: without an event log subgraphs refuse ended sessions; nothing that they answered is kept here.
  const ends = config.databaseUrl === '' ? noneEnded : await watchSessions({ config, engines, log }, stack)
  const readCaller = readCallerFrom(config, secrets, ends)
  // NOTE: with one subgraph away the others still answer; with all away there is nothing to answer.
  const ready = async () => (await Promise.all(Object.values(config.subgraphUrls).map(answers))).some(Boolean)
  const app = createSupergraphHttp({
    supergraph,
    readCaller,
    log,
    ready,
    explain: config.demo ? 'everyone' : 'operators',
    allowedOrigins: allowedOriginsFrom(config),
    hosts: hostsFrom(config),
  })
  stack.defer(() => app.close())
  await listen(app, { host: config.host, port: config.port, what: 'supergraph' })
  await serveAdmin(stack, { name: 'supergraph', log, config, ready })
})
