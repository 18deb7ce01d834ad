import { messageOf } from '#platform/errors.ts'
import { listen } from '#platform/http.ts'
import { runMain } from '#platform/lifecycle.ts'
import { createLog } from '#platform/log.ts'
import { startPlannerProcess } from './engine/plan/planner-process.ts'
import { Serving } from './gateway/canary.ts'
import { openDocuments } from './gateway/documents.ts'
import { createGateway } from './gateway/gateway.ts'
import { createGatewayHttp } from './gateway/http.ts'
import { openReplay } from './gateway/replay-reference.ts'
import { gatewayHelp, readGatewaySettings } from './gateway/settings.ts'
import { readSupergraphFile, watchSupergraph } from './gateway/watch.ts'

if (process.argv.includes('--help')) process.stdout.write(gatewayHelp)
else
  await runMain(async (stack) => {
    const settings = await readGatewaySettings(process.argv.slice(2))
    const log = createLog('gateway', settings.logLevel)
    const planning = stack.use(startPlannerProcess((operation, why) => log.warn({ operation, why }, 'planned by the reference planner')))
    const make = (supergraphSdl: string) => createGateway({ supergraphSdl, settings, planning })
    const sdl = await readSupergraphFile(settings.supergraph)
    const serving = stack.use(new Serving(await make(sdl), (verdict) => log.warn(verdict, 'the canary went back')))
    if (settings.canary) await serving.release(await make(await readSupergraphFile(settings.canary.supergraph)), settings.canary)
    const replay = settings.replay && stack.use(await openReplay({ supergraphSdl: sdl, share: settings.replay.share, settings, log }))
    const documents = await openDocuments(settings)
    const app = createGatewayHttp({ serving, documents, settings, log, ...(replay ? { replay: replay.run } : {}) })
    stack.defer(() => app.close())
    const url = await listen(app, { host: settings.host, port: settings.port, what: 'gateway' })
    const serve = async (changed: string): Promise<void> => {
      const next = await make(changed).catch((error) => log.error({ why: messageOf(error) }, 'the changed supergraph is not served'))
      if (next) await serving.replace(next)
      if (next) log.info('serving the changed supergraph')
    }
    if (settings.watch) stack.use(watchSupergraph(settings.supergraph, serve))
    process.stdout.write(`The supergraph of ${settings.supergraph} answers at ${url}/graphql; look around in it at ${url}/explorer\n`)
  })
