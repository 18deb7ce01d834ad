import { messageOf } from '#platform/errors/errors.ts'
import type { Log } from '#platform/observe/log.ts'
import type { GatewaySettings } from './settings.ts'
import type { Source } from './source.apollo.ts'
import { readSupergraphFile, watchText } from './watch.ts'

export type SourceDeps = {
  /** Serves a later text; when it rejects, the one before goes on. */
  readonly serve: (sdl: string) => Promise<void>
  readonly log: Log
}

/**
 * The supergraph's text, from where the settings say: a file, Apollo Uplink, or subgraphs that are asked for their schemas and
 * composed. Later texts are served one after the other; of those that come meanwhile, only the last. Throws SUPERGRAPH_INVALID when there is none to begin with.
 */
export const openSource = async ({ source, watch }: GatewaySettings, { serve, log }: SourceDeps): Promise<Source> => {
  const onChange = newestOnly((sdl) =>
    serve(sdl).catch((error) => log.error({ why: messageOf(error) }, 'the changed supergraph is not served')),
  )
  if (source.kind !== 'file') {
    // NOTE: Apollo's package takes 40 MB; who serves a file need not load it.
    const { openManaged } = await import('./source.apollo.ts')
    return openManaged(source, { watch, onChange, log })
  }
  const sdl = await readSupergraphFile(source.file)
  const watching = watch ? watchText(source.file, onChange) : undefined
  return { sdl, [Symbol.asyncDispose]: async () => watching?.[Symbol.dispose]() }
}

/** Does one thing at a time, and next the newest of what has come meanwhile. */
const newestOnly = (work: (sdl: string) => Promise<void>): ((sdl: string) => Promise<void>) => {
  let next: string | undefined
  let running: Promise<void> | undefined
  const run = async (): Promise<void> => {
    for (let sdl = next; sdl !== undefined; sdl = next) {
      next = undefined
      await work(sdl)
    }
    running = undefined
  }
  return (sdl) => {
    next = sdl
    running ??= run()
    return running
  }
}
