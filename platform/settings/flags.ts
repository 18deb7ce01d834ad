import { parseArgs } from 'node:util'
import { CinegraphError } from '#platform/errors/errors.ts'
import { nearest, unknownSetting } from '#platform/settings/suggest.ts'

/** A flag of the command line; one that is boolean takes no value and can be negated: `--no-demo`. */
export type Flag = { readonly name: string; readonly boolean: boolean }

/**
 * The values of the flags given on a command line, by name without dashes; `--no-x` is the value `false` of `x`. What is
 * wrong is added to `faults`.
 */
export const readFlags = (
  args: readonly string[],
  flags: readonly Flag[],
  faults: CinegraphError[],
): Readonly<Record<string, string | undefined>> => {
  const options = Object.fromEntries(
    flags.map(({ name, boolean }) => [name, { type: boolean ? ('boolean' as const) : ('string' as const) }]),
  )
  const { tokens } = parseArgs({ args: [...args], options, strict: false, tokens: true, allowNegative: true })
  const values = new Map<string, string>()
  for (const token of tokens) {
    if (token.kind === 'positional') faults.push(unknownSetting(token.value, undefined))
    if (token.kind !== 'option') continue
    // NOTE: the token of `--no-x` is named `x`, that of `--no-x=1` and of an unknown one `no-x`; only `rawName` says what was given.
    const { rawName, value } = token
    const negated = rawName.startsWith('--no-') && !flags.some(({ name }) => `--${name}` === rawName)
    const name = rawName.slice(negated ? 5 : 2)
    const flag = flags.find((each) => each.name === name)
    const wrong = flag === undefined ? unknownFlag(rawName, flags) : wrongValue(flag, { rawName, negated, value })
    if (wrong === undefined) values.set(name, negated ? 'false' : (value ?? 'true'))
    else faults.push(wrong)
  }
  return Object.fromEntries(values)
}

const unknownFlag = (rawName: string, flags: readonly Flag[]): CinegraphError =>
  unknownSetting(
    rawName,
    nearest(
      rawName,
      flags.flatMap(({ name, boolean }) => [`--${name}`, ...(boolean ? [`--no-${name}`] : [])]),
    ),
  )

type Given = { readonly rawName: string; readonly negated: boolean; readonly value: string | undefined }

const wrongValue = (flag: Flag, { rawName, negated, value }: Given): CinegraphError | undefined => {
  const invalid = (found: string, wanted: string) => new CinegraphError('SETTING_INVALID', { name: rawName, value: found, wanted })
  if (negated && !flag.boolean) return invalid('negated', 'possible: only settings that are yes or no can be')
  if (negated && value !== undefined) return invalid(JSON.stringify(value), 'possible: a negated setting takes no value')
  if (flag.boolean || negated) return undefined
  if (value === undefined || value === '') return invalid('without a value', 'possible: it needs one')
  return value.startsWith('--') ? invalid(JSON.stringify(value), `a value: write ${rawName}=${value} if it is meant to be one`) : undefined
}
