import type { Log } from '#platform/log.ts'
import { createReference } from '../reference.ts'
import { createHttpSubgraph, type Incoming } from './http-subgraph.ts'
import { loggedReplay } from './replay.ts'
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
  const ask = (name: string, url: string) => {
    // NOTE: the replay itself is neither replayed nor part of a trial.
    const { canary: _canary, replay: _replay, ...own } = settings.subgraphs[name] ?? {}
    return stack.use(createHttpSubgraph({ name, url, settings, own, log })).ask
  }
  const reference = stack.use(await createReference<Incoming>({ supergraphSdl, ask }))
  const run = loggedReplay<Incoming>({ share, what: 'reference engine', log, other: reference.execute })
  const owned = stack.move()
  return { run, [Symbol.asyncDispose]: () => owned.disposeAsync() }
}
