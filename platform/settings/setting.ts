import { CinegraphError } from '#platform/errors/errors.ts'

/** How one setting is read. `flag` is the name on the command line, `env` the one in the environment; both give the same value. */
export type Setting<T> = {
  readonly flag: string
  readonly env: string
  readonly value: T
  readonly help: string
  readonly parse: (text: string, name: string) => T
}

export const setting = <T>(flag: string, env: string, value: T, help: string, parse: Setting<T>['parse']): Setting<T> => ({
  flag,
  env,
  value,
  help,
  parse,
})

/** Settings by their names in the environment. */
export type Environment = Readonly<Record<string, string | undefined>>

export const invalidSetting = (name: string, value: string, wanted: string) =>
  new CinegraphError('SETTING_INVALID', { name, value: JSON.stringify(value), wanted })

export const text = (raw: string): string => raw

export const wholeNumber =
  (min: number, max: number) =>
  (raw: string, name: string): number => {
    const value = Number(raw)
    if (!/^\d+$/.test(raw) || value < min || value > max) throw invalidSetting(name, raw, `a whole number from ${min} to ${max}`)
    return value
  }

export const yesOrNo = (raw: string, name: string): boolean => {
  if (raw === 'true') return true
  if (raw === 'false') return false
  throw invalidSetting(name, raw, '`true` or `false`')
}

export const oneOf =
  <const T extends string>(...allowed: readonly T[]) =>
  (raw: string, name: string): T => {
    const found = allowed.find((each) => each === raw)
    if (found === undefined) throw invalidSetting(name, raw, `one of ${allowed.join(', ')}`)
    return found
  }

/** A URL of one of the given protocols, or the empty string, which stands for "not set". */
export const url =
  (...protocols: readonly string[]) =>
  (raw: string, name: string): string => {
    if (raw === '' || (URL.canParse(raw) && protocols.includes(new URL(raw).protocol))) return raw
    // NOTE: what follows the protocol may hold a password, and this sentence goes to a terminal.
    throw invalidSetting(
      name,
      raw.replace(/:\/\/.*/, '://…'),
      `a URL that starts with ${protocols.map((protocol) => `${protocol}//`).join(' or ')}`,
    )
  }

/** Scheme, host and port at which something is reached, or the empty string, which stands for "not set". */
export const site = (raw: string, name: string): string => {
  const value = url('http:', 'https:')(raw, name)
  if (value === '') return ''
  const { origin, href, username } = new URL(value)
  if (href !== `${origin}/` || username !== '')
    throw invalidSetting(name, raw.replace(/:\/\/.*/, '://…'), 'an address without a path, such as https://films.example')
  return origin
}

/** Comma-separated addresses. */
export const urls = (raw: string, name: string): readonly string[] =>
  raw
    .split(',')
    .map((part) => part.trim())
    .filter((part) => part !== '')
    .map((part) => site(part, name))

/** Comma-separated origins of pages, or `*` for all of them. */
export const origins = (raw: string, name: string): readonly string[] => (raw.trim() === '*' ? ['*'] : urls(raw, name))

/** Comma-separated names of hosts, or `*` for all of them. */
export const hostNames = (raw: string, name: string): readonly string[] => {
  const names = raw.split(',').flatMap((part) => (part.trim() === '' ? [] : [part.trim().toLowerCase()]))
  if (names.every((each) => each === '*' || /^[a-z0-9_-]+(\.[a-z0-9_-]+)*$/.test(each))) return names
  throw invalidSetting(name, raw, 'names of hosts with commas between them, such as films.example, without scheme and port')
}

export const countryCode = (raw: string, name: string): string => {
  if (!/^[A-Z]{2}$/.test(raw)) throw invalidSetting(name, raw, 'a country code of two capitals (ISO 3166-1)')
  return raw
}
