import { execFileSync } from 'node:child_process'
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { sdlOf, subgraphNames } from './graph.ts'

export type Launch = { readonly command: string; readonly args: readonly string[]; readonly env?: Readonly<Record<string, string>> }
export type Peer = { readonly name: string; readonly what: string; readonly launch: (where: Where) => Launch | undefined }
export type Where = {
  readonly home: string
  /** Where peers from npm are installed, apart from the product's dependencies. */
  readonly packages: string
  readonly work: string
  readonly supergraph: string
  readonly port: number
  readonly subgraphs: string
}

const packages = ['@graphql-hive/gateway', '@graphql-hive/router-runtime', 'grafbase', 'graphql@16']

/** Installs the peers that come from npm. Several hundred megabytes, once. */
export const installPeers = (folder: string): void => {
  if (existsSync(join(folder, 'node_modules/@graphql-hive/gateway'))) return
  mkdirSync(folder, { recursive: true })
  writeFileSync(join(folder, 'package.json'), JSON.stringify({ private: true, overrides: { '@graphql-tools/batch-execute': '10.2.0' } }))
  process.stderr.write(`installing the peers into ${folder} …\n`)
  execFileSync('npm', ['install', '--no-audit', '--no-fund', ...packages], { cwd: folder, stdio: ['ignore', 'ignore', 'inherit'] })
}

const written = (where: Where, name: string, text: string): string => {
  const file = join(where.work, name)
  writeFileSync(file, text)
  return file
}

const onPath = (name: string): string | undefined =>
  (process.env.PATH ?? '')
    .split(':')
    .map((folder) => join(folder, name))
    .find((file) => existsSync(file))

const hive =
  (rust: boolean) =>
  (where: Where): Launch | undefined => {
    const bin = join(where.packages, 'node_modules/@graphql-hive/gateway/dist/bin.js')
    if (!existsSync(bin)) return undefined
    const handler = rust
      ? `import { unifiedGraphHandler } from '${where.packages}/node_modules/@graphql-hive/router-runtime/dist/index.js'\n`
      : ''
    const config = `${handler}export const gatewayConfig = { ${rust ? 'unifiedGraphHandler, ' : ''}logging: 'error', propagateHeaders: { fromClientToSubgraphs: ({ request }) => ({ authorization: request.headers.get('authorization') }) } }\n`
    const file = written(where, `hive-${rust ? 'rust' : 'js'}.config.mjs`, config)
    return {
      command: process.execPath,
      args: [bin, 'supergraph', where.supergraph, '-p', String(where.port), '-h', '127.0.0.1', '-c', file],
    }
  }

const grafbase = (where: Where): Launch | undefined => {
  const folder = join(where.packages, 'node_modules/@grafbase')
  const found = existsSync(folder)
    ? readdirSync(folder)
        .map((name) => join(folder, name, 'grafbase'))
        .find(existsSync)
    : undefined
  if (found === undefined) return undefined
  const rows = subgraphNames.map((name) => {
    written(where, `${name}.graphql`, sdlOf(name))
    return `[subgraphs.${name}]\nurl = "${where.subgraphs}/${name}"\nschema_path = "${name}.graphql"\n`
  })
  const overrides = written(where, 'overrides.toml', rows.join('\n'))
  const config = written(
    where,
    'grafbase.toml',
    '[graph]\nintrospection = true\n[[headers]]\nrule = "forward"\nname = "authorization"\n[entity_caching]\nenabled = false\n',
  )
  return { command: found, args: ['dev', '-c', config, '-o', overrides, '-p', String(where.port)] }
}

const hiveRouter = (where: Where): Launch | undefined => {
  const command = onPath('hive_router')
  if (command === undefined) return undefined
  const config = written(
    where,
    'hive-router.yaml',
    `supergraph:\n  source: file\n  path: ${where.supergraph}\nhttp:\n  host: 127.0.0.1\n  port: ${where.port}\nlog:\n  level: error\nheaders:\n  all:\n    request:\n      - propagate:\n          named: authorization\n`,
  )
  return { command, args: [], env: { HIVE_CONFIG_FILE_PATH: config, ROUTER_CONFIG_FILE_PATH: config } }
}

const apolloRouter = (where: Where): Launch | undefined => {
  const command = onPath('router')
  if (command === undefined) return undefined
  const config = written(
    where,
    'router.yaml',
    `supergraph:\n  listen: 127.0.0.1:${where.port}\n  path: /graphql\nhealth_check:\n  enabled: false\nheaders:\n  all:\n    request:\n      - propagate:\n          named: authorization\n`,
  )
  return { command, args: ['-s', where.supergraph, '-c', config, '--log', 'error'], env: { APOLLO_TELEMETRY_DISABLED: 'true' } }
}

/** The flags and settings with which `npm run supergraph` starts the gateway. */
const scriptOf = (home: string): { readonly flags: readonly string[]; readonly env: Readonly<Record<string, string>> } => {
  const { scripts } = JSON.parse(readFileSync(join(home, 'package.json'), 'utf8')) as { scripts: { supergraph: string } }
  const words = scripts.supergraph.split(' ')
  const settings = words.slice(0, words.indexOf('exec')).map((word) => word.split('=') as [string, string])
  const env = Object.fromEntries(settings.map(([name, value]) => [name, name === 'NODE_COMPILE_CACHE' ? join(home, value) : value]))
  return { flags: words.filter((word) => word.startsWith('--')), env }
}

/** Ours first, then all that is compared with it. One that is not installed is named aloud. */
export const peers: readonly Peer[] = [
  {
    name: 'cinegraph',
    what: 'this engine',
    launch: ({ home, supergraph, port }) => {
      const { flags, env } = scriptOf(home)
      const own = ['--supergraph', supergraph, '--port', String(port), '--log-level', 'error', '--no-watch']
      return { command: process.execPath, args: [...flags, join(home, 'supergraph/gateway.main.ts'), ...own], env }
    },
  },
  {
    name: 'apollo-gateway',
    what: '@apollo/gateway with @apollo/server',
    launch: ({ home, supergraph, port }) => ({
      command: process.execPath,
      args: [join(home, 'bench/gateway/apollo.main.ts'), supergraph, String(port)],
    }),
  },
  { name: 'hive-gateway', what: 'Hive Gateway, JavaScript planner', launch: hive(false) },
  { name: 'hive-gateway-rust', what: 'Hive Gateway with its Rust planner', launch: hive(true) },
  { name: 'grafbase', what: 'Grafbase CLI (Rust)', launch: grafbase },
  { name: 'hive-router', what: 'Hive Router (Rust)', launch: hiveRouter },
  { name: 'apollo-router', what: 'Apollo Router (Rust)', launch: apolloRouter },
]
