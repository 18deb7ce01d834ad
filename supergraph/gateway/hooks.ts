import { stat } from 'node:fs/promises'
import { pathToFileURL } from 'node:url'
import { CinegraphError, messageOf } from '#platform/errors/errors.ts'
import type { Log } from '#platform/observe/log.ts'
import { openCoprocessor } from './coprocessor.ts'
import type { Hooks } from './hook-types.ts'
import { rateLimitHooks } from './rate-limits.ts'
import type { GatewaySettings } from './settings.ts'

const names = [
  'onRequest',
  'onPlan',
  'onSubgraphRequest',
  'onSubgraphAnswer',
  'onAnswer',
  'onError',
] as const satisfies readonly (keyof Hooks)[]

/**
 * The hooks that settings ask for, in the order in which an operation meets them: rate limits, the coprocessor, the module of
 * one's own. Throws GATEWAY_OPTION for a module that cannot be loaded or that exports something else.
 */
export const openHooks = async (settings: GatewaySettings, log: Log): Promise<readonly Hooks[]> => {
  const all: readonly Hooks[] = [
    ...(settings.rateLimits.length === 0 ? [] : [rateLimitHooks(settings.rateLimits)]),
    ...(settings.coprocessor === undefined ? [] : [openCoprocessor(settings.coprocessor)]),
    ...(settings.hooks === undefined ? [] : [await loadHooks(settings.hooks)]),
  ]
  if (settings.cache !== undefined && all.some(({ onSubgraphRequest }) => onSubgraphRequest !== undefined))
    throw new CinegraphError('GATEWAY_OPTION', {
      name: 'cache',
      why: 'it cannot be used with a hook that gives subgraphs other headers: whose answer it keeps would not be known',
    })
  return all.map((hooks) => failingInOrder(hooks, log))
}

/** What a hook throws is logged and stays inside. */
const failingInOrder = (hooks: Hooks, log: Log): Hooks =>
  Object.fromEntries(
    Object.entries(hooks).map(([hook, call]: [string, (...told: never[]) => unknown]) => [
      hook,
      (...told: never[]) => {
        const failed = (error: unknown): never => {
          log.error({ err: error, hook }, 'a hook failed')
          throw new CinegraphError('INTERNAL')
        }
        try {
          const said = call(...told)
          return said instanceof Promise ? said.catch(failed) : said
        } catch (error) {
          return failed(error)
        }
      },
    ]),
  )

/** NOTE: a module is loaded once for each address; a file that was changed gets another one. */
const addressOf = async (file: string): Promise<string> => {
  const changedMs = await stat(file).then(
    ({ mtimeMs }) => mtimeMs,
    () => 0,
  )
  return `${pathToFileURL(file).href}?changed=${changedMs}`
}

const loadHooks = async (file: string): Promise<Hooks> => {
  const wrong = (why: string, cause?: unknown) => new CinegraphError('GATEWAY_OPTION', { name: `hooks (${file})`, why }, cause)
  const loaded: Readonly<Record<string, unknown>> = await import(await addressOf(file)).catch((error: unknown) => {
    throw wrong(messageOf(error).split('\n')[0] ?? '', error)
  })
  const exported = Object.keys(loaded).filter((name) => !['default', 'module.exports'].includes(name))
  const unknown = exported.find((name) => !names.some((known) => known === name) || typeof loaded[name] !== 'function')
  if (unknown !== undefined) throw wrong(`it exports ${unknown}, which is none of the functions ${names.join(', ')}`)
  if (exported.length === 0) throw wrong(`it exports none of the functions ${names.join(', ')}`)
  return loaded as Hooks
}
