import { IntrospectAndCompose, RemoteGraphQLDataSource, type SupergraphManager, UplinkSupergraphManager } from '@apollo/gateway'
import { CinegraphError, messageOf } from '#platform/errors/errors.ts'
import type { Log } from '#platform/observe/log.ts'
import type { SupergraphSource } from './settings.ts'

export type Source = AsyncDisposable & { readonly sdl: string }
export type ManagedSource = Exclude<SupergraphSource, { readonly kind: 'file' }>
type ManagedDeps = { readonly watch: boolean; readonly onChange: (sdl: string) => Promise<void>; readonly log: Log }

/** A supergraph that one of Apollo's managers fetches and keeps up to date. Throws SUPERGRAPH_INVALID. */
export const openManaged = async (source: ManagedSource, { watch, onChange, log }: ManagedDeps): Promise<Source> => {
  try {
    const { supergraphSdl, cleanup } = await managerOf(source, { log, watch }).initialize({
      update: (sdl) => void onChange(sdl),
      healthCheck: async () => undefined,
      getDataSource: ({ url = '' }) => new RemoteGraphQLDataSource({ url }),
    })
    return { sdl: supergraphSdl, [Symbol.asyncDispose]: async () => cleanup?.() }
  } catch (error) {
    throw new CinegraphError('SUPERGRAPH_INVALID', { why: `${source.what}: ${messageOf(error)}` }, error)
  }
}

const managerOf = (source: ManagedSource, { log, watch }: { readonly log: Log; readonly watch: boolean }): SupergraphManager => {
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

/** Apollo's managers report a failed poll as an error, each time; they go on with what they have. */
const quietly = (log: Log) => ({
  debug: () => undefined,
  info: () => undefined,
  warn: (message?: string) => log.warn({ message }, 'supergraph source'),
  error: (message?: string) => log.warn({ message }, 'supergraph source'),
})
