import type { Log } from '#platform/observe/log.ts'
import { createReference } from '../reference.ts'
import { createHttpSubgraph } from './http-subgraph.ts'
import type { Incoming } from './incoming.ts'
import type { GatewaySettings } from './settings.ts'
import { loggedShadow } from './shadow.ts'

export type OpenShadowDeps = {
  readonly supergraphSdl: string
  readonly share: number
  readonly settings: GatewaySettings
  readonly log: Log
}

/** A shadow against the reference engine; the same subgraphs are asked. Throws when the reference refuses the supergraph. */
export const openShadow = async ({ supergraphSdl, share, settings, log }: OpenShadowDeps) => {
  await using stack = new AsyncDisposableStack()
  const ask = (name: string, url: string) => {
    // NOTE: the shadow itself is neither shadowed nor part of a trial.
    const { canary: _canary, shadow: _shadow, ...own } = settings.subgraphs[name] ?? {}
    return stack.use(createHttpSubgraph({ name, url, settings, own, log })).ask
  }
  const reference = stack.use(await createReference<Incoming>({ supergraphSdl, ask }))
  const run = loggedShadow<Incoming>({ share, what: 'reference engine', log, other: reference.execute })
  const owned = stack.move()
  return { run, [Symbol.asyncDispose]: () => owned.disposeAsync() }
}
