import { join } from 'node:path'
import type { Secrets } from '#platform/identity/secrets.ts'
import { postgresUrl } from '#platform/postgres/server.ts'
import { type Config, environmentOf } from '#platform/settings/config.ts'
import { engineSettings } from '#platform/settings/engine-settings.ts'
import { s3Settings } from '#platform/settings/engines/s3.ts'
import type { Environment } from '#platform/settings/setting.ts'
import { innerUrls, type Links, publicUrls } from './links.ts'
import type { Ports } from './ports.ts'
import type { ProcessPlan } from './supervisor.ts'

const bffs = ['web', 'tv', 'mobile'] as const
const home = join(import.meta.dirname, '..')

type ProcessDeps = {
  readonly ports: Ports
  readonly links: Links
  readonly secrets: Pick<Secrets, 'databasePassword'>
  readonly inherited: Environment
}

/** The processes that `npm start` runs, in waves: those of a wave start together, after the wave before is ready. */
export const processWaves = (config: Config, { ports, links, secrets, inherited }: ProcessDeps): readonly (readonly ProcessPlan[])[] => {
  const databaseUrl = config.databaseUrl || postgresUrl({ port: ports.database, password: secrets.databasePassword, database: 'cinegraph' })
  const shared = {
    ...inherited,
    ...environmentOf({ ...config, ...innerUrls(config, ports), ...publicUrls(links), databaseUrl }),
  }
  const plan = (name: string, file: string, port?: number, ...args: readonly string[]): ProcessPlan => ({
    name,
    file: join(home, file),
    args,
    env: { ...shared, ...(port === undefined ? {} : { CINEGRAPH_PORT: String(port) }) },
  })
  return [
    config.databaseUrl === '' ? [plan('database', 'start/database.main.ts')] : [],
    [
      withAdmin(
        plan(config.processes === 'split' ? 'supergraph' : 'control-plane', 'start/control-plane.main.ts'),
        ports['control-plane-admin'],
      ),
      withAdmin(outside(plan('origin', 'edge/origin.main.ts', ports.origin), storeNames), ports['origin-admin']),
      withAdmin(edge(plan('edge-1', 'edge/main.ts', ports['edge-1'])), ports['edge-1-admin']),
      withAdmin(edge(plan('edge-2', 'edge/main.ts', ports['edge-2'])), ports['edge-2-admin']),
    ],
    [
      ...(config.processes === 'split' ? bffs.map((name) => plan(name, 'start/bff.main.ts', ports[name], name)) : []),
      plan('workers', 'start/workers.main.ts', ports.mail),
      ...Array.from({ length: config.transcodeWorkers - 1 }, (_, at) => plan(`transcode-${at + 2}`, 'workers/transcode/main.ts')),
    ],
  ]
}

const withAdmin = ({ env, ...plan }: ProcessPlan, port: number): ProcessPlan => ({
  ...plan,
  env: { ...env, CINEGRAPH_ADMIN_PORT: String(port) },
})

/** Known by its name among others of its kind. */
const named = ({ env, ...plan }: ProcessPlan): ProcessPlan => ({ ...plan, env: { ...env, CINEGRAPH_NODE_NAME: plan.name } })

/**
 * NOTE: an edge computes nothing that takes a second. Most players wait for a connection that nobody closes for longer than
 * they have loaded ahead; when a frozen edge is ended they go on at another at once.
 */
const edgeSilentSecondsMax = 3
const edge = (plan: ProcessPlan): ProcessPlan => ({ ...named(outside(plan)), silentSecondsMax: edgeSilentSecondsMax })

const engineNames = ['DATABASE_URL', ...Object.values(engineSettings).map(({ env }) => env)]
const storeNames = Object.values(s3Settings).map(({ env }) => env)

/** Without the addresses of engines, which hold passwords, but those of `kept`. */
const outside = ({ env, ...plan }: ProcessPlan, kept: readonly string[] = []): ProcessPlan => {
  const withheld = engineNames.filter((name) => !kept.includes(name)).map((name) => [name, undefined])
  return { ...plan, env: { ...env, ...Object.fromEntries(withheld) } }
}
