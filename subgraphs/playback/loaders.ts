import type { Caller } from '#platform/contracts/viewer.ts'
import type { ExecuteGraphql } from '#platform/graphql/execute.ts'
import { type Ask, askWith } from '#platform/graphql/operation.ts'

/** Playback asks the supergraph instead of loading entities of its own. */
export type PlaybackLoaders = { readonly ask: Ask }

export const createLoaders = (supergraph: ExecuteGraphql, caller: Caller): PlaybackLoaders => ({ ask: askWith(supergraph, caller) })
