import { readFile } from 'node:fs/promises'
import { dirname, resolve } from 'node:path'
import { parse as parseYaml } from 'yaml'
import { CinegraphError, messageOf } from '#platform/errors/errors.ts'

type Environment = Readonly<Record<string, string | undefined>>

/**
 * The settings of a JSON or YAML file, with the environment variables that it names. Throws GATEWAY_OPTION, with the path of
 * the setting where one of those is missing.
 */
export const readSettingsFile = async (file: string, env: Environment): Promise<Record<string, unknown>> => {
  const settings = expanded(await readYaml(file), { env, path: [] }) as Record<string, unknown>
  const { supergraph, hooks, tls } = settings
  const certificate = typeof tls === 'object' && tls !== null ? { tls: besidesOf(tls, file) } : {}
  return { ...settings, ...besidesOf({ supergraph, hooks }, file), ...certificate }
}

/** Settings that name files, as seen from the settings file. */
const besidesOf = (named: object, file: string): object =>
  Object.fromEntries(
    Object.entries(named)
      .filter(([, path]) => path !== undefined)
      .map(([name, path]) => [name, typeof path === 'string' ? resolve(dirname(file), path) : path]),
  )

const readYaml = async (file: string): Promise<unknown> => {
  try {
    return parseYaml(await readFile(file, 'utf8')) ?? {}
  } catch (error) {
    throw new CinegraphError('GATEWAY_OPTION', { name: `--config ${file}`, why: messageOf(error).split('\n')[0] ?? '' }, error)
  }
}

type At = { readonly env: Environment; readonly path: readonly string[] }
const named = /\$\{env\.(\w+)(?::-([^}]*))?\}/g

const expanded = (value: unknown, at: At): unknown => {
  if (Array.isArray(value)) return value.map((item, index) => expanded(item, { ...at, path: [...at.path, String(index)] }))
  if (typeof value === 'object' && value !== null)
    return Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, expanded(inner, { ...at, path: [...at.path, key] })]))
  if (typeof value !== 'string' || !value.includes('${env.')) return value
  const text = value.replaceAll(named, (_all, name: string, otherwise: string | undefined) => variableFor(name, otherwise, at))
  // NOTE: a variable that is all of a value may be a number or a boolean.
  return /^\$\{env\.\w+(:-[^}]*)?\}$/.test(value) ? scalarOf(text) : text
}

const variableFor = (name: string, otherwise: string | undefined, { env, path }: At): string => {
  const found = env[name] ?? otherwise
  if (found === undefined)
    throw new CinegraphError('GATEWAY_OPTION', { name: path.join('.'), why: `it names the environment variable ${name}, which is not set` })
  return found
}

const scalarOf = (text: string): unknown => {
  if (/^(true|false)$/.test(text)) return text === 'true'
  return /^-?\d+(\.\d+)?$/.test(text) && String(Number(text)) === text ? Number(text) : text
}
