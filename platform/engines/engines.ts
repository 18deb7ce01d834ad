import { engineTable, type Need, type Needs, type Open } from '#platform/engines/table.ts'
import { CinegraphError } from '#platform/errors/errors.ts'
import type { Log } from '#platform/observe/log.ts'
import { type Config, environmentOf } from '#platform/settings/config.ts'
import type { Environment } from '#platform/settings/setting.ts'

export type Engines = AsyncDisposable & {
  /** The engine of a need; opened when it is first asked for, and once. Throws DATABASE_NEEDED when none is chosen. */
  readonly open: <N extends Need>(need: N) => Promise<Needs[N]>
  /** Whether every engine that has been opened can be used. */
  readonly healthy: () => Promise<boolean>
}
/** Engines that are opened otherwise than the table says. */
export type EngineOverrides = { readonly [N in Need]?: Open<Needs[N]> }

type Opened = Promise<Needs[Need]>

/** The engines that the settings choose. Disposing closes those that have been opened, the last first. */
export const openEngines = (config: Config, log: Log, overrides: EngineOverrides = {}): Engines => {
  const settings = environmentOf(config)
  const stack = new AsyncDisposableStack()
  const opened = new Map<Need, Opened>()
  const openOnce = async (need: Need): Opened => {
    const open: Open<Needs[Need]> = overrides[need] ?? chosen(need, settings)
    const engine = await open(settings, log)
    if (Symbol.asyncDispose in engine) stack.use(engine)
    return engine
  }
  return {
    open: <N extends Need>(need: N) => {
      const found = opened.get(need) ?? openOnce(need)
      opened.set(need, found)
      return found as Promise<Needs[N]>
    },
    healthy: async () => (await Promise.all([...opened.values()].map(isHealthy))).every(Boolean),
    [Symbol.asyncDispose]: async () => {
      // NOTE: one that is opened late would be closed by nobody.
      await Promise.allSettled(opened.values())
      await stack.disposeAsync()
    },
  }
}

const isHealthy = async (opened: Opened): Promise<boolean> => {
  const engine = await opened
  return 'healthy' in engine ? engine.healthy() : true
}

const chosen = (need: Need, settings: Environment): Open<Needs[Need]> => {
  const engine = engineTable[need].find(({ setting }) => setting === null || (settings[setting] ?? '') !== '')
  if (engine?.open === undefined) throw new CinegraphError('DATABASE_NEEDED')
  return engine.open
}
