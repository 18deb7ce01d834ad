import { execFile as execFileWithCallback } from 'node:child_process'
import { cp, mkdir, readFile, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { type DocumentNode, Kind, type OperationDefinitionNode, parse } from 'graphql'
import { CinegraphError } from '#platform/errors/errors.ts'
import { deviceFolder, readDocuments, readSchema } from '../../bffs/device/documents.ts'

const execFile = promisify(execFileWithCallback)
const home = join(import.meta.dirname, '../..')
/** What an installed kit needs; the versions are those that the kit was tried with. */
const needed = ['graphql', 'graphql-request', '@graphql-typed-document-node/core'] as const

type Manifest = {
  readonly version: string
  readonly license: string
  readonly dependencies: Readonly<Record<string, string>>
  readonly devDependencies: Readonly<Record<string, string>>
}
export type ClientKit = { readonly name: string; readonly documents: readonly string[] }

/**
 * Writes a device's documents, typed, with a client for its sessions, as an npm package of JavaScript and declarations. Gives its
 * name and its documents. Throws INPUT_INVALID for a device that there is not.
 */
export const writeClientKit = async ({ device, folder }: { readonly device: string; readonly folder: string }): Promise<ClientKit> => {
  const bff = deviceFolder(device)
  const name = `cinegraph-client-${device}`
  const documents = [...readDocuments(bff).values()].map((text) => operationIn(parse(text, { noLocation: true })))
  // NOTE: here, because the compiler looks for packages from the folder upwards.
  const work = join(home, 'node_modules/.cache/client-kit', `${device}-${process.pid}`)
  await mkdir(work, { recursive: true })
  try {
    await writeSources(work, { bff, documents })
    await compile(work)
    await cp(join(work, 'out'), folder, { recursive: true })
  } finally {
    await rm(work, { recursive: true, force: true })
  }
  await writeFile(join(folder, 'schema.graphql'), readSchema(bff))
  await writeFile(join(folder, 'example.js'), (await template('example.js')).replace('<package>', name))
  await writeFile(join(folder, 'README.md'), readme(name, documents))
  await cp(join(home, 'LICENSE'), join(folder, 'LICENSE'))
  await writeFile(join(folder, 'package.json'), `${JSON.stringify(await manifestOf(name), null, 2)}\n`)
  return { name, documents: documents.map((each) => `${each.name}Document`) }
}

type Operation = { readonly name: string; readonly kind: 'Query' | 'Mutation' | 'Subscription'; readonly document: DocumentNode }

const kinds = { query: 'Query', mutation: 'Mutation', subscription: 'Subscription' } as const
const operationIn = (document: DocumentNode): Operation => {
  const found = document.definitions.find((each): each is OperationDefinitionNode => each.kind === Kind.OPERATION_DEFINITION)
  return { name: found?.name?.value ?? '', kind: kinds[found?.operation ?? 'query'], document }
}

const template = (file: string): Promise<string> => readFile(join(import.meta.dirname, file), 'utf8')

const writeSources = async (
  work: string,
  { bff, documents }: { readonly bff: string; readonly documents: readonly Operation[] },
): Promise<void> => {
  const constants = documents.map(
    ({ name, kind, document }) =>
      `export const ${name}Document: TypedDocumentNode<${name}${kind}, ${name}${kind}Variables> = ${JSON.stringify(document)} as never\n`,
  )
  const types = await readFile(join(bff, 'documents.generated.ts'), 'utf8')
  const imported = "import type { TypedDocumentNode } from '@graphql-typed-document-node/core'\n"
  await writeFile(join(work, 'documents.ts'), `${imported}${types}\n${constants.join('\n')}`)
  await writeFile(join(work, 'client.ts'), (await template('client.ts')).replace('../../bffs/web/documents.generated.ts', './documents.ts'))
  await writeFile(
    join(work, 'index.ts'),
    `import { Client, type ClientOptions } from './client.ts'
import { RefreshSessionDocument, SignInDocument, SignOutDocument } from './documents.ts'
export * from './client.ts'
export * from './documents.ts'

/** A client of this device's BFF. */
export const createClient = (options: ClientOptions): Client => new Client({ RefreshSessionDocument, SignInDocument, SignOutDocument }, options)
`,
  )
}

const compilerOptions = {
  module: 'nodenext',
  target: 'es2024',
  lib: ['es2024', 'dom'],
  types: [],
  strict: true,
  declaration: true,
  skipLibCheck: true,
  rewriteRelativeImportExtensions: true,
  outDir: 'out',
}

const compile = async (work: string): Promise<void> => {
  await writeFile(join(work, 'package.json'), '{"type":"module"}')
  await writeFile(join(work, 'tsconfig.json'), JSON.stringify({ compilerOptions, files: ['index.ts', 'client.ts', 'documents.ts'] }))
  await execFile(process.execPath, [join(home, 'node_modules/@typescript/native/bin/tsc'), '--project', work]).catch(
    (error: { readonly stdout: string }) => {
      throw new CinegraphError('PROCESS_FAILED', { why: `The client kit does not compile: ${error.stdout}` }, error)
    },
  )
}

const manifestOf = async (name: string) => {
  const { version, license, dependencies, devDependencies } = JSON.parse(await readFile(join(home, 'package.json'), 'utf8')) as Manifest
  const known = { ...dependencies, ...devDependencies }
  return {
    name,
    version,
    license,
    description: 'Typed documents and a client for one device of a Cinegraph service.',
    type: 'module',
    engines: { node: '>=20' },
    exports: { '.': { types: './index.d.ts', default: './index.js' }, './schema.graphql': './schema.graphql' },
    dependencies: Object.fromEntries(needed.flatMap((each) => (known[each] === undefined ? [] : [[each, known[each]]]))),
  }
}

const readme = (name: string, documents: readonly Operation[]): string => `# ${name}

\`\`\`js
import { createClient, HomeDocument } from '${name}'

const client = createClient({ url: 'http://127.0.0.1:4001', deviceId: 'living-room' })
await client.signIn('demo@cinegraph.example', 'popcorn-demo')
const { home } = await client.request(HomeDocument, {})
\`\`\`

\`example.js\` prints a home screen. Answers and variables are typed by the document; a session whose token is over is renewed once,
however many requests find out. The documents:

${documents.map((each) => `- \`${each.name}Document\` (${each.kind.toLowerCase()})`).join('\n')}
`
