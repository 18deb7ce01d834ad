// What `npm run codegen` makes, from the folders: types of the resolvers of subgraphs and BFFs, and of the operations that they ask.
// Plain JavaScript, because it also runs on the Node that a machine happens to have.
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'

const home = dirname(fileURLToPath(import.meta.url))
const has = (path) => existsSync(join(home, path))
const foldersOf = (room, file) =>
  readdirSync(join(home, room))
    .map((name) => `${room}/${name}`)
    .filter((folder) => has(`${folder}/${file}`))
    .sort()
const contextOf = (name) => `./resolvers.ts#${name[0].toUpperCase()}${name.slice(1)}Context`

const operations = {
  plugins: ['typescript-operations'],
  config: { skipTypename: true, maybeValue: 'T | null', scalars: { DateTime: 'string' } },
}

/** A subgraph's `mappers.json` names the types of its own with which it answers for types of its schema. */
const subgraph = (folder) => {
  const mappers = has(`${folder}/mappers.json`) ? JSON.parse(readFileSync(join(home, folder, 'mappers.json'), 'utf8')) : {}
  const config = { federation: true, contextType: contextOf(folder.split('/').at(-1)), mappers }
  return { schema: `${folder}/schema.graphql`, plugins: ['typescript', 'typescript-resolvers'], config }
}
/** What all devices ask; each device's own schema and documents come on top of it. */
const shared = 'bffs/device'
const schemaOfDevice = (folder) => [...new Set([shared, folder])].map((from) => `${from}/schema.graphql`)
const device = (folder) => ({
  schema: schemaOfDevice(folder),
  plugins: ['typescript', 'typescript-resolvers'],
  config: {
    contextType: folder === shared ? './context.ts#BffContext' : '../device/context.ts#BffContext',
    avoidOptionals: { field: true, inputValue: false, defaultValue: true, query: true, mutation: true },
    resolversNonOptionalTypename: { unionMember: true },
  },
})
/** Operations are asked of the supergraph, documents of a device's own schema. */
const asked = (folder) => ({ schema: 'supergraph/api.generated.graphql', documents: `${folder}/operations/**/*.graphql`, ...operations })
const documents = (folder) => ({
  schema: schemaOfDevice(folder),
  documents: [shared, folder].map((from) => `${from}/documents/**/*.graphql`),
  ...operations,
})

const generated = (folders, file, make) => folders.map((folder) => [`${folder}/${file}.generated.ts`, make(folder)])
const rooms = ['subgraphs', 'bffs']

export default {
  overwrite: true,
  config: {
    useTypeImports: true,
    enumsAsTypes: true,
    strictScalars: true,
    scalars: {
      DateTime: 'Date | string',
      _FieldSet: 'string',
      federation__FieldSet: 'string',
      link__Import: 'string',
      federation__Policy: 'string',
      federation__Scope: 'string',
      _Any: 'unknown',
    },
    maybeValue: 'T | null | undefined',
    immutableTypes: true,
    defaultScalarType: 'unknown',
    avoidOptionals: { field: true, inputValue: false, defaultValue: true },
  },
  generates: Object.fromEntries([
    ...generated(foldersOf('subgraphs', 'subgraph.ts'), 'schema', subgraph),
    ...rooms.flatMap((room) => generated(foldersOf(room, 'operations'), 'operations', asked)),
    ...generated(foldersOf('bffs', 'schema.graphql'), 'schema', device),
    ...generated(foldersOf('bffs', 'screens'), 'documents', documents),
  ]),
}
