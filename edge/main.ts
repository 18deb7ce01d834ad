import { serveAdmin } from '#platform/http/admin.ts'
import { listen } from '#platform/http/server.ts'
import { openSecrets } from '#platform/identity/secrets.ts'
import { createLog } from '#platform/observe/log.ts'
import { startTelemetry } from '#platform/observe/telemetry.ts'
import { runMain } from '#platform/process/lifecycle.ts'
import { type Config, readConfig } from '#platform/settings/config.ts'
import { fillFromOrigin } from './fill.ts'
import { edgeReadiness } from './ready.ts'
import { createEdge } from './server.ts'

/** Pictures and films are for pages of every origin, unless settings name some. */
const readableFrom = ({ corsOrigins, publicUrl }: Config) =>
  corsOrigins.length === 0 ? {} : { allowedOrigins: [...corsOrigins, publicUrl].filter((origin) => origin !== '') }

await runMain(async (stack) => {
  const config = readConfig(process.argv.slice(2), process.env)
  const name = config.nodeName || 'edge'
  const log = createLog(name, config.logLevel)
  stack.use(await startTelemetry({ service: name, url: config.otlpUrl }))
  const { streamKey, serviceKey } = await openSecrets(config.data).pick('streamKey', 'serviceKey')
  const fill = fillFromOrigin(config.originUrl, serviceKey)
  const ready = edgeReadiness({ originUrl: config.originUrl, serviceKey, streamKey })
  const bytesMax = config.edgeMemoryMb * 1_048_576
  const app = createEdge({
    name,
    log,
    ready,
    streamKey,
    bytesMax,
    fill,
    edges: config.edgeUrls,
    ...readableFrom(config),
    clock: () => new Date(),
  })
  stack.defer(() => app.close())
  await listen(app, { host: config.host, port: config.port, what: name })
  await serveAdmin(stack, { name, log, config, ready })
})
