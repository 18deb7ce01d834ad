import { IntrospectAndCompose, RemoteGraphQLDataSource, type SupergraphManager, UplinkSupergraphManager } from '@apollo/gateway'
import { CinegraphError, messageOf } from '#platform/errors.ts'
import type { Log } from '#platform/log.ts'
import type { GatewaySettings } from './settings.ts'
import { readSupergraphFile, watchSupergraph } from './watch.ts'

export type Source = AsyncDisposable & { readonly sdl: string }
export type SourceDeps = {
  /** Serves a later text; when it rejects, the one before goes on. */
  readonly serve: (sdl: string) => Promise<void>
  readonly log: Log
}

/**
 * The supergraph's text, from where the settings say: a file, Apollo Uplink, or subgraphs that are asked for their schemas and
 * composed. Later texts are served one after the other. Throws SUPERGRAPH_INVALID when there is none to begin with.
 */
export const openSource = async ({ source, watch }: GatewaySettings, { serve, log }: SourceDeps): Promise<Source> => {
  let last = Promise.resolve()
  const onChange = (sdl: string): Promise<void> => {
    const serving = last.then(() => serve(sdl))
    last = serving.catch((error) => log.error({ why: messageOf(error) }, 'the changed supergraph is not served'))
    return last
  }
  if (source.kind !== 'file') return managed(managerOf(source, { log, watch }), source.what, onChange)
  const sdl = await readSupergraphFile(source.file)
  const watching = watch ? watchSupergraph(source.file, onChange) : undefined
  return { sdl, [Symbol.asyncDispose]: async () => watching?.[Symbol.dispose]() }
}

const managerOf = (
  source: Exclude<GatewaySettings['source'], { readonly kind: 'file' }>,
  { log, watch }: { readonly log: Log; readonly watch: boolean },
): SupergraphManager => {
  if (source.kind === 'uplink') {
    const { key, graphRef, endpoints } = source
    return new UplinkSupergraphManager({
      apiKey: key,
      graphRef,
      logger: quietly(log),
      ...(endpoints ? { uplinkEndpoints: [...endpoints] } : {}),
    })
  }
  const subgraphs = Object.entries(source.subgraphs).map(([name, url]) => ({ name, url }))
  return new IntrospectAndCompose({ subgraphs, logger: quietly(log), ...(watch ? { pollIntervalInMs: source.pollMs } : {}) })
}

const managed = async (manager: SupergraphManager, what: string, onChange: (sdl: string) => Promise<void>): Promise<Source> => {
  try {
    const { supergraphSdl, cleanup } = await manager.initialize({
      update: (sdl) => void onChange(sdl),
      healthCheck: async () => undefined,
      getDataSource: ({ url = '' }) => new RemoteGraphQLDataSource({ url }),
    })
    return { sdl: supergraphSdl, [Symbol.asyncDispose]: async () => cleanup?.() }
  } catch (error) {
    throw new CinegraphError('SUPERGRAPH_INVALID', { why: `${what}: ${messageOf(error)}` }, error)
  }
}

/** Apollo's managers tell a failed poll as an error, each time; they go on with what they have. */
const quietly = (log: Log) => ({
  debug: () => undefined,
  info: () => undefined,
  warn: (message?: string) => log.warn({ message }, 'supergraph source'),
  error: (message?: string) => log.warn({ message }, 'supergraph source'),
})
