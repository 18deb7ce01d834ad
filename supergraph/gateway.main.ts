import { messageOf } from '#platform/errors/errors.ts'
import { printableOperation } from '#platform/graphql/printable.ts'
import { serveAdmin } from '#platform/http/admin.ts'
import { listen } from '#platform/http/server.ts'
import { createLog } from '#platform/observe/log.ts'
import { startTelemetry } from '#platform/observe/telemetry.ts'
import { runMain } from '#platform/process/lifecycle.ts'
import { asksForHelp } from '#platform/settings/help.ts'
import { withoutValues } from '#platform/text/without-secrets.ts'
import { startPlannerProcess } from './engine/plan/planner-process.ts'
import { Serving } from './gateway/canary.ts'
import { readCertificate } from './gateway/certificate.ts'
import { openDocuments } from './gateway/documents.ts'
import { createGateway } from './gateway/gateway.ts'
import { openHooks } from './gateway/hooks.ts'
import { createGatewayHttp } from './gateway/http.ts'
import { Live } from './gateway/live.ts'
import { Changes } from './gateway/reload.ts'
import { readGatewaySettings, settingsFileIn } from './gateway/settings.ts'
import { gatewayHelp, settingsSchema } from './gateway/settings-help.ts'
import { openSource } from './gateway/source.ts'
import { readSupergraphFile, watchText } from './gateway/watch.ts'

if (asksForHelp(process.argv)) process.stdout.write(gatewayHelp())
else if (process.argv.includes('--schema')) process.stdout.write(`${JSON.stringify(settingsSchema(), null, 2)}\n`)
else
  await runMain(async (stack) => {
    const args = process.argv.slice(2)
    const settings = await readGatewaySettings(args, process.env)
    const log = createLog('gateway', settings.logLevel)
    stack.use(await startTelemetry({ service: 'gateway', url: settings.otlpUrl }))
    const planning = stack.use(
      startPlannerProcess(
        (operation, why) =>
          log.warn({ operation: printableOperation(operation), why: withoutValues(why) }, 'planned by the reference planner'),
        settings.planMs,
      ),
    )
    const live = new Live({ settings, documents: await openDocuments(settings), hooks: await openHooks(settings, log) })
    const make = (supergraphSdl: string, manners = live.now) => createGateway({ supergraphSdl, ...manners, planning, log })
    const changes = new Changes({ live, make, log })
    const source = stack.use(await openSource(settings, { serve: (sdl) => changes.supergraph(sdl), log }))
    const serving = stack.use(new Serving(await make(source.sdl), (verdict) => log.warn(verdict, 'the canary went back')))
    changes.begin(serving, source.sdl)
    const file = settingsFileIn(args)
    const renew = (): Promise<void> =>
      changes
        .settings(() => readGatewaySettings(args, process.env))
        .catch((error: unknown) => log.error({ why: messageOf(error) }, 'the changed settings are not served'))
    if (file !== undefined && settings.watch) stack.use(watchText(file, renew))
    if (settings.canary) await serving.release(await make(await readSupergraphFile(settings.canary.supergraph)), settings.canary)
    // NOTE: the reference engine takes 60 MB; it is there only where live queries are shadowed.
    const shadowing = settings.shadow && (await import('./gateway/shadow-reference.ts'))
    const shadow =
      settings.shadow && stack.use(await shadowing?.openShadow({ supergraphSdl: source.sdl, share: settings.shadow.share, settings, log }))
    const app = createGatewayHttp({
      serving,
      live,
      log,
      tls: await readCertificate(settings.tls),
      ...(shadow ? { shadow: shadow.run } : {}),
    })
    stack.defer(() => app.close())
    const url = await listen(app, { host: settings.host, port: settings.port, what: 'gateway' })
    await serveAdmin(stack, { name: 'gateway', log, config: settings })
    process.stdout.write(`The supergraph of ${settings.source.what} answers at ${url}/graphql; look around in it at ${url}/explorer\n`)
  })
