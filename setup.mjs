// Runs before `npm start` and `npm test` on any Node from 20 on: installs what the lock file names, then generates code.
// Plain JavaScript on purpose: on a fresh clone nothing that reads TypeScript is installed yet.
import { spawnSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'

const root = dirname(fileURLToPath(import.meta.url))
const withDev = process.argv.includes('--dev')
const stampFile = join(root, 'node_modules', '.cinegraph-setup.json')
const windows = process.platform === 'win32'

const digest = (...files) => files.reduce((hash, file) => hash.update(readFileSync(join(root, file))), createHash('sha256')).digest('hex')
const readStamp = () => (existsSync(stampFile) ? JSON.parse(readFileSync(stampFile, 'utf8')) : {})

const step = (title, command, args, env = {}) => {
  const started = Date.now()
  process.stderr.write(`setup  ${title} …\n`)
  const result = spawnSync(command, args, {
    cwd: root,
    stdio: ['ignore', 'pipe', 'pipe'],
    encoding: 'utf8',
    shell: windows,
    env: { ...process.env, ...env },
  })
  if (result.status !== 0) {
    process.stderr.write(
      `${result.stdout ?? ''}${result.stderr ?? ''}\nsetup  ${title} failed. The lines above say why; mend that and run the same command again.\n`,
    )
    process.exit(1)
  }
  process.stderr.write(`setup  ${title}: done in ${((Date.now() - started) / 1000).toFixed(1)} s\n`)
}

const subgraphs = readdirSync(join(root, 'subgraphs')).map((name) => join('subgraphs', name, 'tables.prisma'))
const schemas = [join('prisma', 'base.prisma'), ...subgraphs.filter((file) => existsSync(join(root, file))).sort()]
const wanted = { lock: digest('package-lock.json'), dev: withDev, prisma: digest(...schemas, 'prisma.config.mjs') }
const found = readStamp()
const remember = (stamp) => writeFileSync(stampFile, JSON.stringify(stamp))

const quietly = ['--no-audit', '--no-fund']
if (found.lock !== wanted.lock) {
  step(`installing packages${withDev ? '' : ' (without the development tools)'}`, 'npm', [
    'ci',
    ...quietly,
    ...(withDev ? [] : ['--omit=dev']),
  ])
  remember({ lock: wanted.lock, dev: withDev })
} else if (withDev && !found.dev) {
  // NOTE: `npm ci` would take the packages away from a service that runs meanwhile.
  step('installing the development tools', 'npm', ['install', '--no-save', ...quietly])
  remember({ lock: wanted.lock, dev: true, prisma: found.prisma })
}
if (found.prisma !== wanted.prisma || !existsSync(join(root, 'prisma', 'generated'))) {
  step('assembling the database schema', join('node_modules', '.bin', 'node'), ['--no-warnings', 'prisma/assemble.main.ts'])
  // NOTE: the Prisma CLI wants to download a native schema engine that `generate` does not use; any executable satisfies it.
  step('generating the database client', join('node_modules', '.bin', 'prisma'), ['generate'], {
    PRISMA_SCHEMA_ENGINE_BINARY: '/bin/true',
    PRISMA_HIDE_UPDATE_MESSAGE: '1',
  })
}
if (withDev) step('composing the graph', join('node_modules', '.bin', 'node'), ['supergraph/compose.main.ts', '--api-only'])
if (withDev) step('generating GraphQL types', join('node_modules', '.bin', 'graphql-codegen'), ['--config', 'codegen.mjs', '--silent'])
remember({ ...wanted, dev: withDev || (found.lock === wanted.lock && Boolean(found.dev)) })
