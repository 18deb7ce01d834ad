import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { CinegraphError } from '#platform/errors/errors.ts'
import { withFragments } from '#platform/graphql/fragments.ts'

const shared = import.meta.dirname

/** The folder of a device's BFF among those of a folder. Throws INPUT_INVALID for a device that there is not. */
export const deviceFolder = (device: string, bffs = join(shared, '..')): string => {
  const home = join(bffs, device)
  if (device !== 'device' && existsSync(join(home, 'schema.graphql'))) return home
  throw new CinegraphError('INPUT_INVALID', { name: `--device ${device}`, why: 'is no folder of `bffs` with a schema' })
}

/** The schema that a device's BFF serves: what all devices ask (`bffs/device/schema.graphql`) and the device's own screens. */
export const readSchema = (home: string): string =>
  [shared, home].map((folder) => readFileSync(join(folder, 'schema.graphql'), 'utf8')).join('\n')

/** The documents that a device may ask by name: those of all devices and those in its own `documents/`, each with its fragments. */
export const readDocuments = (home: string): ReadonlyMap<string, string> =>
  new Map([shared, home].flatMap((folder) => documentsIn(join(folder, 'documents'))))

const documentsIn = (folder: string): readonly (readonly [name: string, text: string])[] =>
  readdirSync(folder)
    .filter((name) => name.endsWith('.graphql'))
    .map((name) => [name.replace('.graphql', ''), withFragments(readFileSync(join(folder, name), 'utf8'), folder)])
