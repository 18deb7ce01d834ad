import type { Log } from '#platform/log.ts'
import { createReference } from '../reference.ts'
import { createHttpSubgraph, type Incoming } from './http-subgraph.ts'
import { replayed } from './metrics.ts'
import { createReplay } from './replay.ts'
import type { GatewaySettings } from './settings.ts'

export type OpenReplayDeps = {
  readonly supergraphSdl: string
  readonly share: number
  readonly settings: GatewaySettings
  readonly log: Log
}

/** A replay against the reference engine; the same subgraphs are asked. Throws when the reference refuses the supergraph. */
export const openReplay = async ({ supergraphSdl, share, settings, log }: OpenReplayDeps) => {
  await using stack = new AsyncDisposableStack()
  const ask = (name: string, url: string) => stack.use(createHttpSubgraph({ name, url, settings, own: settings.subgraphs[name] ?? {} })).ask
  const reference = stack.use(await createReference<Incoming>({ supergraphSdl, ask }))
  const run = createReplay<Incoming>({
    share,
    other: reference.execute,
    onDone: ({ query, operationName }, differences) => {
      replayed.inc({ outcome: differences.length === 0 ? 'same' : 'different' })
      if (differences.length > 0)
        log.warn({ operation: operationName ?? 'unnamed', query: query.slice(0, 500), differences }, 'replay differs')
    },
  })
  const owned = stack.move()
  return { run, [Symbol.asyncDispose]: () => owned.disposeAsync() }
}
