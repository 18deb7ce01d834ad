import { glob, readFile, rename, writeFile } from 'node:fs/promises'
import { join, relative } from 'node:path'
import {
  buildSchema,
  type FragmentDefinitionNode,
  GraphQLError,
  getLocation,
  Kind,
  type OperationDefinitionNode,
  parse,
  print,
  Source,
  separateOperations,
  specifiedRules,
  validate,
} from 'graphql'
import { CinegraphError } from '#platform/errors/errors.ts'
import { deviceFolder, readSchema } from './documents.ts'
import { type Manifest, manifestFile, readManifest, sha256 } from './registered.ts'

type Operation = Manifest['operations'][number]
export type Registering = { readonly device: string; readonly from: string; readonly bffs: string }
export type RegisterResult = { readonly file: string; readonly added: readonly string[]; readonly kept: number }

/**
 * Registers every operation below a folder with a device, beside those that are registered already: older versions of a front-end
 * go on asking theirs. Nothing is written when one of them does not fit the device's schema. Throws INPUT_INVALID.
 */
export const registerOperations = async ({ device, from, bffs }: Registering): Promise<RegisterResult> => {
  const home = deviceFolder(device, bffs)
  const found = await operationsIn(from, readSchema(home))
  const before = readManifest(home)
  const known = new Set(before.operations.map(({ id }) => id))
  const added = found.filter(({ id }) => !known.has(id))
  const operations = [...before.operations, ...added].toSorted((a, b) => a.name.localeCompare(b.name) || a.id.localeCompare(b.id))
  const file = join(home, manifestFile)
  await writeFile(`${file}.new`, `${JSON.stringify({ ...before, operations }, null, 2)}\n`)
  await rename(`${file}.new`, file)
  return { file: relative(join(bffs, '..'), file), added: added.map(({ name }) => name), kept: before.operations.length }
}

const operationsIn = async (folder: string, sdl: string): Promise<readonly Operation[]> => {
  const names = (await Array.fromAsync(glob('**/*.{graphql,gql}', { cwd: folder }))).toSorted()
  const faults: string[] = []
  const operations: OperationDefinitionNode[] = []
  const fragments: FragmentDefinitionNode[] = []
  for (const name of names) {
    try {
      for (const definition of parse(new Source(await readFile(join(folder, name), 'utf8'), name)).definitions)
        if (definition.kind === Kind.OPERATION_DEFINITION) operations.push(definition)
        else if (definition.kind === Kind.FRAGMENT_DEFINITION) fragments.push(definition)
    } catch (error) {
      if (!(error instanceof GraphQLError)) throw error
      faults.push(sentence(error))
    }
  }
  if (faults.length === 0 && operations.length === 0)
    throw new CinegraphError('INPUT_INVALID', { name: `--from ${folder}`, why: 'holds no operation: look for files that end in .graphql' })
  const registered = faults.length > 0 ? [] : operations.map((each) => operationOf(each, fragments, { sdl, faults }))
  if (faults.length > 0) throw new CinegraphError('INPUT_INVALID', { name: 'An operation', why: `does not fit:\n${faults.join('\n')}` })
  return registered
}

type Checking = { readonly sdl: string; readonly faults: string[] }

const operationOf = (
  operation: OperationDefinitionNode,
  fragments: readonly FragmentDefinitionNode[],
  { sdl, faults }: Checking,
): Operation => {
  const name = operation.name?.value ?? ''
  if (name === '') faults.push(`${placeOf(operation)}An operation needs a name.`)
  const all = { kind: Kind.DOCUMENT, definitions: [operation, ...fragments] } as const
  const own = separateOperations(all)[name] ?? all
  for (const error of validate(buildSchema(sdl), own, specifiedRules)) faults.push(sentence(error))
  const body = print(own)
  return { id: sha256(body), name, type: operation.operation, body }
}

const placeOf = ({ loc }: OperationDefinitionNode): string =>
  loc === undefined ? '' : `${loc.source.name}:${getLocation(loc.source, loc.start).line}  `

const sentence = ({ message, source, locations = [] }: GraphQLError): string =>
  source === undefined || locations[0] === undefined ? message : `${source.name}:${locations[0].line}  ${message}`
