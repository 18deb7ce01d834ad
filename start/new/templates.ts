import { mkdir, readdir, readFile, writeFile } from 'node:fs/promises'
import { join, relative } from 'node:path'
import { CinegraphError, systemCodeOf } from '#platform/errors/errors.ts'

const root = join(import.meta.dirname, '..', '..')
const ending = '.template'

export type Filling = {
  /** Placeholders with what takes their places, in texts and in names of files. */
  readonly words: Readonly<Record<string, string>>
  readonly rename?: (file: string) => string
  /** Only the templates whose names, filled, end so. */
  readonly only?: string
}

/** Writes the templates of a kind into a folder. Gives the files, from the root of the tree. Throws INPUT_INVALID for one that is there already. */
export const writeTemplates = async (
  kind: string,
  folder: string,
  { words, rename = (file) => file, only = '' }: Filling,
): Promise<readonly string[]> => {
  const fill = (text: string): string => Object.entries(words).reduce((filled, [word, value]) => filled.replaceAll(word, value), text)
  const source = join(import.meta.dirname, kind)
  const templates = (await readdir(source)).filter((file) => file.endsWith(only + ending))
  await mkdir(folder, { recursive: true })
  const files = templates.map(async (template) => {
    const file = join(folder, rename(fill(template).slice(0, -ending.length)))
    const shown = relative(root, file)
    await writeFile(file, fill(await readFile(join(source, template), 'utf8')), { flag: 'wx' }).catch((error: unknown) => {
      throw systemCodeOf(error) === 'EEXIST' ? new CinegraphError('INPUT_INVALID', { name: shown, why: 'is there already' }) : error
    })
    return shown
  })
  return Promise.all(files)
}
