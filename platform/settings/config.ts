import { resolve } from 'node:path'
import { settingsWithoutAdapter } from '#platform/engines/table.ts'
import { CinegraphError, isCinegraphError } from '#platform/errors/errors.ts'
import { readFlags } from '#platform/settings/flags.ts'
import { type Environment, type Setting, setting, url } from '#platform/settings/setting.ts'
import { settings } from '#platform/settings/settings.ts'
import { subgraphNames } from '#platform/settings/subgraphs.ts'
import { meantSetting, nearest, unknownSetting } from '#platform/settings/suggest.ts'

const http = url('http:', 'https:')

/** One per subgraph: where it answers when it does not run in this process. */
const subgraphUrls = Object.fromEntries(
  subgraphNames.map((name) => [
    name,
    setting(`${name}-url`, `CINEGRAPH_${name.toUpperCase()}_URL`, '', `${name} subgraph on another machine`, http),
  ]),
)

type Values = { -readonly [K in keyof typeof settings]: (typeof settings)[K] extends Setting<infer T> ? T : never }
export type Config = Readonly<Widen<Values>> & {
  /** By the name of the subgraph; empty for one that runs in this process. */
  readonly subgraphUrls: Readonly<Record<string, string>>
}
type Widen<T> = {
  [K in keyof T]: T[K] extends string
    ? K extends 'logLevel'
      ? T[K]
      : string
    : T[K] extends number
      ? number
      : T[K] extends boolean
        ? boolean
        : readonly string[]
}

const entries: readonly (readonly [string, Setting<unknown>])[] = [...Object.entries(settings), ...Object.entries(subgraphUrls)]

/**
 * Reads flags over environment over defaults. Returns all that is wrong at once: throws one error whose `errors`
 * hold a SETTING_* error per fault.
 */
export const readConfig = (args: readonly string[], env: Environment): Config => {
  const faults: CinegraphError[] = []
  const flags = readFlags(
    args,
    entries.map(([, each]) => ({ name: each.flag, boolean: typeof each.value === 'boolean' })),
    faults,
  )
  faults.push(...unknownNames(env))
  for (const name of settingsWithoutAdapter) if (env[name]) faults.push(new CinegraphError('SETTING_UNSUPPORTED', { name }))
  const read = (from: Readonly<Record<string, Setting<unknown>>>) =>
    Object.fromEntries(Object.entries(from).map(([key, each]) => [key, readOne(each, flags, { env, faults })]))
  const config = { ...read(settings), subgraphUrls: read(subgraphUrls) } as Config
  if (faults.length > 0) throw new AggregateError(faults, faults.map((fault) => fault.message).join('\n'))
  return { ...config, data: resolve(config.data) }
}

/** Names in the environment that are meant for us and are none of ours, each with the one that was most likely meant. */
const unknownNames = (env: Environment): readonly CinegraphError[] => {
  const known = [...entries.map(([, each]) => each.env), ...settingsWithoutAdapter]
  const names = Object.keys(env).filter((name) => (env[name] ?? '') !== '' && !known.includes(name) && !name.startsWith('CINEGRAPH_TEST_'))
  return names.flatMap((name) => {
    const meant = meantSetting(name, known)
    if (meant !== undefined) return [unknownSetting(name, meant)]
    return name.startsWith('CINEGRAPH_') ? [unknownSetting(name, nearest(name, known))] : []
  })
}

const readOne = (
  each: Setting<unknown>,
  flags: Readonly<Record<string, string | undefined>>,
  { env, faults }: { env: Environment; faults: CinegraphError[] },
): unknown => {
  const raw = flags[each.flag] ?? env[each.env]
  if (raw === undefined || raw === '') return each.value
  try {
    return each.parse(raw, flags[each.flag] === undefined ? each.env : `--${each.flag}`)
  } catch (error) {
    if (!isCinegraphError(error)) throw error
    faults.push(error)
    return each.value
  }
}

/**
 * The environment that makes a child process read the same configuration. What has no value is not set at all: libraries
 * read some of these names too, and take an empty text for a value.
 */
export const environmentOf = ({ subgraphUrls: addresses, ...config }: Config): Environment => {
  const given: readonly (readonly [Setting<unknown> | undefined, unknown])[] = [
    ...Object.entries(config).map(([key, value]) => [settings[key as keyof typeof settings], value] as const),
    ...Object.entries(addresses).map(([name, address]) => [subgraphUrls[name], address] as const),
  ]
  return Object.fromEntries(
    given.flatMap(([each, value]) =>
      each === undefined ? [] : [[each.env, value === '' && each.value === '' ? undefined : String(value)]],
    ),
  )
}

/** The text of `--help`. */
export const helpText = (): string => {
  const rows = entries.map(
    ([, each]) => `  --${each.flag.padEnd(22)} ${each.env.padEnd(32)} ${each.help} (${String(each.value) || 'none'})`,
  )
  return [
    'npm start -- [settings]',
    '',
    '  flag                     environment                      what it is (default)',
    ...rows,
    '',
  ].join('\n')
}
