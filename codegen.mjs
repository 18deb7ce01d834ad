// Fills the folders into codegen.yml. Plain JavaScript, because it also runs on the Node that a machine happens to have.
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { parse } from 'yaml'

const home = dirname(fileURLToPath(import.meta.url))
const { generates, ...common } = parse(readFileSync(join(home, 'codegen.yml'), 'utf8'))

/** `{a,b}/*` and `a/*`, the folders in the order of their names. */
const foldersOf = (pattern, where) =>
  pattern
    .replace(/^\{|\}?\/\*.*$/g, '')
    .split(',')
    .flatMap((room) => readdirSync(join(home, room)).map((name) => `${room}/${name}`))
    .filter((folder) => existsSync(join(home, folder, where)))
    .sort()

const mappersOf = (folder) => {
  const file = join(home, folder, 'mappers.json')
  return existsSync(file) ? JSON.parse(readFileSync(file, 'utf8')) : {}
}

const filledIn = (template, folder) => {
  const name = folder.split('/').at(-1)
  const fill = (_key, value) => {
    if (value === '<mappers>') return mappersOf(folder)
    if (Array.isArray(value)) return [...new Set(value)]
    return typeof value === 'string'
      ? value.replaceAll('<folder>', folder).replaceAll('<Name>', `${name[0].toUpperCase()}${name.slice(1)}`)
      : value
  }
  return JSON.parse(JSON.stringify(template), fill)
}

export default {
  ...common,
  generates: Object.fromEntries(
    Object.entries(generates).flatMap(([pattern, { where, ...template }]) =>
      foldersOf(pattern, where).map((folder) => [`${folder}/${pattern.split('/').at(-1)}`, filledIn(template, folder)]),
    ),
  ),
}
