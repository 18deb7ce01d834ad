export type Json = null | boolean | number | string | readonly Json[] | { readonly [name: string]: Json | undefined }

/** What expressions of a workflow may name: its input, and the outputs of its tasks by reference name. */
export type Scope = { readonly input: Json; readonly outputs: ReadonlyMap<string, Json> }

const whole = /^\$\{([^}]+)\}$/
const inside = /\$?\$\{([^}]+)\}/g

/**
 * A value with its expressions worked out: `${ref.output.a.b}` and `${workflow.input.a[0]}`. A text that is one expression
 * keeps the type of what it names; inside a text it is put in place; what is not there is null; `$${x}` is the text `${x}`.
 */
export const resolve = (value: unknown, scope: Scope): Json => {
  if (typeof value === 'string') return resolveText(value, scope)
  if (Array.isArray(value)) return value.map((each) => resolve(each, scope))
  if (typeof value === 'object' && value !== null)
    return Object.fromEntries(Object.entries(value).map(([name, each]) => [name, resolve(each, scope)]))
  return typeof value === 'number' || typeof value === 'boolean' ? value : null
}

const resolveText = (text: string, scope: Scope): Json => {
  const [, only] = whole.exec(text) ?? []
  if (only !== undefined) return valueAt(only, scope)
  return text.replace(inside, (found, path: string) => {
    if (found.startsWith('$$')) return found.slice(1)
    const value = valueAt(path, scope)
    return typeof value === 'string' ? value : JSON.stringify(value)
  })
}

const valueAt = (path: string, { input, outputs }: Scope): Json => {
  const [ref = '', what, ...names] = path.split(/[.[\]]+/).filter((name) => name !== '')
  const root = ref === 'workflow' && what === 'input' ? input : what === 'output' ? outputs.get(ref) : undefined
  return names.reduce<Json | undefined>((value, name) => memberOf(value, name), root) ?? null
}

const memberOf = (value: Json | undefined, name: string): Json | undefined => {
  if (typeof value !== 'object' || value === null) return undefined
  return Object.hasOwn(value, name) ? (value as Readonly<Record<string, Json>>)[name] : undefined
}
