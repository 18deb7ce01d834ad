import { join } from 'node:path'
import { CinegraphError } from '#platform/errors/errors.ts'
import { settings } from '#platform/settings/settings.ts'
import { subgraphNames } from '#platform/settings/subgraphs.ts'
import { writeTemplates } from './templates.ts'

const home = join(import.meta.dirname, '..', '..')

const checkName = (name: string): void => {
  const why = whyNot(name)
  if (why !== undefined) throw new CinegraphError('INPUT_INVALID', { name: 'The name of a subgraph', why })
}

/** The name becomes a folder, a PostgreSQL schema, a setting and parts of names in code. */
const whyNot = (name: string): string | undefined => {
  if (!/^[a-z][a-z0-9]{1,39}$/.test(name)) return 'is one word of small letters and digits: npm run new:subgraph -- ratings'
  if (subgraphNames.includes(name)) return `is taken: subgraphs/${name} is there already`
  const taken = Object.values(settings).some(({ flag }) => flag === `${name}-url`)
  return taken ? `is taken by the setting --${name}-url` : undefined
}

/** Writes the smallest subgraph that can be asked, tested and started into `subgraphs/<name>`. Gives the files it wrote. */
export const newSubgraph = async (name: string): Promise<readonly string[]> => {
  checkName(name)
  const words = { __name__: name, __Name__: `${name[0]?.toUpperCase()}${name.slice(1)}` }
  return writeTemplates('subgraph', join(home, 'subgraphs', name), { words })
}
