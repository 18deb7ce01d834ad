import { messageOf } from '#platform/errors.ts'
import { listen } from '#platform/http.ts'
import { runMain } from '#platform/lifecycle.ts'
import { createLog } from '#platform/log.ts'
import { startPlannerProcess } from './engine/plan/planner-process.ts'
import { openDocuments } from './gateway/documents.ts'
import { createGateway } from './gateway/gateway.ts'
import { createGatewayHttp } from './gateway/http.ts'
import { gatewayHelp, readGatewaySettings } from './gateway/settings.ts'
import { Versions } from './gateway/versions.ts'
import { readSupergraphFile, watchSupergraph } from './gateway/watch.ts'

if (process.argv.includes('--help')) process.stdout.write(gatewayHelp)
else
  await runMain(async (stack) => {
    const settings = await readGatewaySettings(process.argv.slice(2))
    const log = createLog('gateway', settings.logLevel)
    const planning = stack.use(startPlannerProcess((operation, why) => log.warn({ operation, why }, 'planned by the reference planner')))
    const make = (supergraphSdl: string) => createGateway({ supergraphSdl, settings, planning })
    const versions = stack.use(new Versions(await make(await readSupergraphFile(settings.supergraph))))
    const app = createGatewayHttp({ versions, documents: await openDocuments(settings), settings, log })
    stack.defer(() => app.close())
    const url = await listen(app, { host: settings.host, port: settings.port, what: 'gateway' })
    if (settings.watch)
      stack.use(
        watchSupergraph(settings.supergraph, async (sdl) => {
          const next = await make(sdl).catch((error) => log.error({ why: messageOf(error) }, 'the changed supergraph is not served'))
          if (next) await versions.replace(next)
          if (next) log.info('serving the changed supergraph')
        }),
      )
    process.stdout.write(`The supergraph of ${settings.supergraph} answers at ${url}/graphql; look around in it at ${url}/explorer\n`)
  })
