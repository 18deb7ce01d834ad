import { existsSync } from 'node:fs'
import { readFile, writeFile } from 'node:fs/promises'
import { join, relative } from 'node:path'
import { CinegraphError } from '#platform/errors/errors.ts'
import { writeTemplates } from './templates.ts'

const root = join(import.meta.dirname, '..', '..')
const usage = 'npm run new:screen -- tv ratings'
const invalid = (name: string, why: string) => new CinegraphError('INPUT_INVALID', { name, why })

/** Puts `added` after the last place in a file where `mark` matches. */
const insertAfter = async (file: string, mark: RegExp, added: string): Promise<void> => {
  const text = await readFile(file, 'utf8')
  const last = [...text.matchAll(mark)].at(-1)
  if (last === undefined) throw invalid(relative(root, file), `has no place for the screen: nothing matches ${mark.source}`)
  const end = last.index + last[0].length
  await writeFile(file, text.slice(0, end) + added + text.slice(end))
}

/** Writes a screen of a device that answers and shows nothing yet, with its document, its field and its resolver. Gives the files. */
export const newScreen = async (device: string, name: string): Promise<readonly string[]> => {
  const folder = join(root, 'bffs', device)
  if (!/^[a-z]+$/.test(device) || !existsSync(join(folder, 'screens')))
    throw invalid('The device', `is a folder of bffs/ with screens: ${usage}`)
  if (!/^[a-z][a-zA-Z0-9]*$/.test(name)) throw invalid('The name of a screen', `is one word in camelCase: ${usage}`)
  const capitalised = `${name[0]?.toUpperCase()}${name.slice(1)}`
  const words = { __name__: name, __Name__: capitalised }
  const [schema, server] = [join(folder, 'schema.graphql'), join(folder, 'server.ts')]
  const made = await writeTemplates('screen', join(folder, 'screens'), { words, only: '.ts' })
  const document = await writeTemplates('screen', join(folder, 'documents'), { words, only: '.graphql' })
  await insertAfter(schema, /^extend type Query \{\n/gm, `  "What it shows."\n  ${name}: ${capitalised}!\n`)
  await writeFile(
    schema,
    `${await readFile(schema, 'utf8')}\n"What it shows."\ntype ${capitalised} {\n  "What did not answer and is missing."\n  degraded: [String!]!\n}\n`,
  )
  await insertAfter(server, /^import .*'\.\/screens\/.*'\n/gm, `import { ${name}Screen } from './screens/${name}.ts'\n`)
  await insertAfter(
    server,
    /^ +\.\.\.sharedQueries,\n/gm,
    `      ${name}: (_parent, _args, context) => ${name}Screen(signedIn(context)),\n`,
  )
  return [...made, ...document, relative(root, schema), relative(root, server)]
}
