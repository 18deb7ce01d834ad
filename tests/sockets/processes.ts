import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { Secrets } from '#platform/identity/secrets.ts'
import { subgraphNames } from '#platform/settings/subgraphs.ts'
import { copyDatabase, makeSecrets, temporaryFolder } from '../boot.ts'
import { until } from '../member.ts'

const home = join(import.meta.dirname, '..', '..')
const elsewhere = 'http://127.0.0.1:9'

/** Every kind of process that listens, by the file that starts it. */
export const mains: readonly string[] = [
  ...['tv', 'mobile', 'web'].map((name) => `bffs/${name}/main.ts`),
  'supergraph/main.ts',
  'supergraph/gateway.main.ts',
  ...subgraphNames.map((name) => `subgraphs/${name}/main.ts`),
  'edge/main.ts',
  'edge/origin.main.ts',
  'workers/notify/main.ts',
]

export type Running = {
  readonly url: URL
  /** Where operators ask. */
  readonly admin: URL
  readonly isRunning: () => boolean
  /** All that it has printed. */
  readonly printed: () => string
  readonly stop: () => Promise<number | null>
}
export type Ground = AsyncDisposable & {
  readonly secrets: Secrets
  readonly databaseUrl: string
  readonly start: (main: string, env?: Readonly<Record<string, string>>) => Promise<Running>
}

/** A data folder and a database, on which processes are started alone; whom they would ask is not there. */
export const ground = async (): Promise<Ground> => {
  await using stack = new AsyncDisposableStack()
  const folder = stack.use(await temporaryFolder()).path
  const secrets = await makeSecrets(folder)
  const { url: databaseUrl } = stack.use(await copyDatabase())
  const gatewayConfig = join(folder, 'gateway.json')
  const urls = Object.fromEntries(subgraphNames.map((name) => [name, { url: elsewhere, retries: 0 }]))
  await writeFile(
    gatewayConfig,
    JSON.stringify({ supergraph: join(home, 'supergraph/supergraph.graphql'), subgraphs: urls, port: 0, slowMs: 1 }),
  )
  const env = {
    ...process.env,
    ...Object.fromEntries(['SUPERGRAPH', 'ORIGIN', ...subgraphNames].map((name) => [`CINEGRAPH_${name.toUpperCase()}_URL`, elsewhere])),
    CINEGRAPH_EDGE_URLS: elsewhere,
    CINEGRAPH_DATA: folder,
    DATABASE_URL: databaseUrl,
  }
  const start = (main: string, more: Readonly<Record<string, string>> = {}): Promise<Running> =>
    launch(main, { env: { ...env, ...more }, args: main.includes('gateway') ? ['--config', gatewayConfig] : [], stack: owned })
  const owned = stack.move()
  return { secrets, databaseUrl, start, [Symbol.asyncDispose]: () => owned.disposeAsync() }
}

type Launch = { readonly env: NodeJS.ProcessEnv; readonly args: readonly string[]; readonly stack: AsyncDisposableStack }

const launch = async (main: string, { env, args, stack }: Launch): Promise<Running> => {
  const child = spawn(process.execPath, ['--disable-warning=ExperimentalWarning', join(home, main), ...args], {
    env,
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  let text = ''
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (chunk) => (text += chunk))
  const ended = once(child, 'close')
  const isRunning = (): boolean => child.exitCode === null && child.signalCode === null
  const stop = async (): Promise<number | null> => {
    if (isRunning()) child.kill('SIGTERM')
    await ended
    return child.exitCode
  }
  stack.defer(async () => void (await stop()))
  // NOTE: each process says where it listens, for operators last; a worker listens for them alone.
  const listening = (): readonly string[] => [...text.matchAll(/Server listening at (http:\/\/[^\s"/]+)/g)].map(([, at = '']) => at)
  const listenersMin = main.startsWith('workers/') ? 1 : 2
  const urls = await until(`${main} listens`, 60_000, async () => {
    if (!isRunning()) throw new Error(`${main} has ended:\n${text.slice(-3_000)}`)
    return listening().length >= listenersMin ? listening() : undefined
  })
  const [url = '', admin = url] = urls
  return { url: new URL(url), admin: new URL(admin), isRunning, printed: () => text, stop }
}
