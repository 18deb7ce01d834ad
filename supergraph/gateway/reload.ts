import { isDeepStrictEqual } from 'node:util'
import type { Log } from '#platform/observe/log.ts'
import type { Serving } from './canary.ts'
import { openDocuments } from './documents.ts'
import type { Gateway } from './gateway.ts'
import { openHooks } from './hooks.ts'
import type { Live, Manners } from './live.ts'
import type { GatewaySettings } from './settings.ts'

/** Where it listens, who may come in, what it is made of and measured by: these settings are read at the start alone. */
const ofTheStart = [
  ...['source', 'supergraph', 'uplink', 'compose', 'host', 'port', 'tls', 'allowedHosts', 'corsOrigins', 'adminHost', 'adminPort'],
  ...['logLevel', 'watch', 'explain', 'claims', 'jwt', 'subscriptions', 'cache', 'canary', 'shadow', 'slowMs', 'planMs', 'otlpUrl'],
] as readonly (keyof GatewaySettings)[]

/** Changed settings as they can be served now, and the names of those that wait for a restart. */
export const servable = (changed: GatewaySettings, before: GatewaySettings) => {
  const waiting = ofTheStart.filter((name) => !isDeepStrictEqual(changed[name], before[name]))
  const kept = Object.fromEntries(waiting.map((name) => [name, before[name]]))
  // NOTE: a setting that was not there stays away.
  return { settings: { ...changed, ...kept } as GatewaySettings, waiting }
}

type Deps = {
  readonly live: Live
  readonly make: (supergraphSdl: string, manners: Manners) => Promise<Gateway>
  readonly log: Log
}

/** Serves changed supergraphs and changed settings, one change after the other, between two requests. */
export class Changes {
  readonly #deps: Deps
  readonly #begun = Promise.withResolvers<Serving>()
  #sdl = ''
  #last: Promise<void> = Promise.resolve()
  constructor(deps: Deps) {
    this.#deps = deps
  }
  /** What came before this waits for it. */
  begin(serving: Serving, sdl: string): void {
    this.#sdl = sdl
    this.#begun.resolve(serving)
  }
  /** Rejects when it cannot be served; the one before goes on. */
  supergraph(sdl: string): Promise<void> {
    const { live, make, log } = this.#deps
    return this.#inTurn(async (serving) => {
      serving.replace(await make(sdl, live.now))
      this.#sdl = sdl
      log.info('serving the changed supergraph')
    })
  }
  /** `read` gives the settings, or rejects with what is wrong with them; those before go on then. */
  settings(read: () => Promise<GatewaySettings>): Promise<void> {
    const { live, make, log } = this.#deps
    return this.#inTurn(async (serving) => {
      const { settings, waiting } = servable(await read(), live.now.settings)
      const manners = { settings, documents: await openDocuments(settings), hooks: await openHooks(settings, log) }
      serving.replace(await make(this.#sdl, manners))
      live.replace(manners)
      log.info('serving by the changed settings')
      if (waiting.length > 0) log.warn({ settings: waiting }, 'these settings are read at the start: restart the gateway for them')
    })
  }
  #inTurn(work: (serving: Serving) => Promise<void>): Promise<void> {
    const done = this.#last.then(async () => work(await this.#begun.promise))
    this.#last = done.catch(() => undefined)
    return done
  }
}
