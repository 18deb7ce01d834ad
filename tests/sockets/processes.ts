import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { copyDatabase, temporaryFolder } from '../boot.ts'
import { until } from '../member.ts'

const home = join(import.meta.dirname, '..', '..')
const elsewhere = 'http://127.0.0.1:9'
const subgraphs = ['profile', 'catalog', 'playback', 'history', 'recs']

/** Every kind of process that listens, by the file that starts it. */
export const mains: readonly string[] = [
  ...['tv', 'mobile', 'web'].map((name) => `bffs/${name}/main.ts`),
  'supergraph/main.ts',
  'supergraph/gateway.main.ts',
  ...subgraphs.map((name) => `subgraphs/${name}/main.ts`),
  'edge/main.ts',
  'edge/origin.main.ts',
  'workers/notify/main.ts',
]

export type Running = {
  readonly url: URL
  readonly pid: number
  readonly isRunning: () => boolean
  /** All that it has printed. */
  readonly printed: () => string
  readonly stop: () => Promise<number | null>
}
export type Ground = AsyncDisposable & {
  readonly folder: string
  readonly start: (main: string, env?: Readonly<Record<string, string>>) => Promise<Running>
}

/** A data folder and a database, on which processes are started alone; whom they would ask is not there. */
export const ground = async (): Promise<Ground> => {
  await using stack = new AsyncDisposableStack()
  const folder = stack.use(await temporaryFolder()).path
  const { url: databaseUrl } = stack.use(await copyDatabase())
  const gatewayConfig = join(folder, 'gateway.json')
  const urls = Object.fromEntries(subgraphs.map((name) => [name, { url: elsewhere, retries: 0 }]))
  await writeFile(gatewayConfig, JSON.stringify({ supergraph: join(home, 'supergraph/supergraph.graphql'), subgraphs: urls, port: 0 }))
  const env = {
    ...process.env,
    ...Object.fromEntries(['SUPERGRAPH', 'ORIGIN', ...subgraphs].map((name) => [`CINEGRAPH_${name.toUpperCase()}_URL`, elsewhere])),
    CINEGRAPH_EDGE_URLS: elsewhere,
    CINEGRAPH_DATA: folder,
    DATABASE_URL: databaseUrl,
  }
  const start = (main: string, more: Readonly<Record<string, string>> = {}): Promise<Running> =>
    launch(main, { env: { ...env, ...more }, args: main.includes('gateway') ? ['--config', gatewayConfig] : [], stack: owned })
  const owned = stack.move()
  return { folder, start, [Symbol.asyncDispose]: () => owned.disposeAsync() }
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
  const listening = () => /(?:Server listening at |answers at )(http:[^\s"/]*\/\/[^\s"/]+)/.exec(text)?.[1]
  const url = await until(`${main} listens\n${text}`, 60_000, async () => listening())
  return { url: new URL(url), pid: child.pid ?? 0, isRunning, printed: () => text, stop }
}
