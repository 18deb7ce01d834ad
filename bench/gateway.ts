import { type ChildProcess, execFileSync, spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { setTimeout as sleep } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { isDeepStrictEqual, parseArgs } from 'node:util'
import { freePort } from '#platform/free-port.ts'
import { measureCold } from './gateway/cold.ts'
import { composeGraph, deepQuery } from './gateway/graph.ts'
import { measureLarge } from './gateway/large.ts'
import { type Rate, run, usageOf } from './gateway/load.ts'
import { installPeers, type Peer, peers } from './gateway/peers.ts'
import { bars } from './gateway/picture.ts'

// Our engine beside its peers in the situation of the public gateway benchmark: one core for the gateway, the other for load and subgraphs.
const { values } = parseArgs({
  options: {
    seconds: { type: 'string', default: '10' },
    connections: { type: 'string', default: '50' },
    only: { type: 'string', default: '' },
    packages: { type: 'string', default: '' },
    'no-install': { type: 'boolean', default: false },
    json: { type: 'boolean', default: false },
  },
})
const home = fileURLToPath(new URL('..', import.meta.url))
const packages = values.packages || join(home, 'node_modules/.cache/gateway-peers')
const seconds = Number(values.seconds)
const connections = Number(values.connections)
const say = (line: string): void => void process.stderr.write(`${line}\n`)

type Result = Rate & {
  readonly cpuMsPerOp: number
  readonly fetchesPerOp: number
  readonly memoryMb: number
  readonly identical: Rate
  readonly identicalCpuMs: number
}

const pinned = (core: number, command: string, args: readonly string[]): readonly [string, readonly string[]] =>
  existsSync('/usr/bin/taskset') ? ['/usr/bin/taskset', ['-c', String(core), command, ...args]] : [command, args]

const start = (core: number, command: string, args: readonly string[], env: Readonly<Record<string, string>> = {}): ChildProcess => {
  const [program, all] = pinned(core, command, args)
  return spawn(program, all, { env: { ...process.env, ...env }, stdio: ['ignore', 'pipe', 'ignore'], cwd: work })
}

const stop = async (child: ChildProcess): Promise<void> => {
  if (child.exitCode !== null || child.signalCode !== null) return
  const ended = once(child, 'exit')
  child.kill('SIGTERM')
  if ((await Promise.race([ended, sleep(5_000, 'late', { ref: false })])) === 'late') child.kill('SIGKILL')
}

const ask = async (url: string, body: string): Promise<unknown> => {
  const response = await fetch(url, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body,
    signal: AbortSignal.timeout(30_000),
  })
  return response.json()
}

const untilAnswers = async (url: string, child: ChildProcess): Promise<boolean> => {
  for (let tries = 0; tries < 150 && child.exitCode === null; tries += 1) {
    const answer = await ask(url, JSON.stringify({ query: '{ __typename }' })).catch(() => undefined)
    if ((answer as { data?: unknown } | undefined)?.data) return true
    await sleep(200)
  }
  return false
}

const pids = (): readonly number[] => readdirSync('/proc').map(Number).filter(Number.isInteger)

/** The first gateway's answer, which all others have to give too. A test compares ours with the reference. */
let expected: unknown

const measure = async (peer: Peer): Promise<Result | string> => {
  const port = await freePort()
  const launch = peer.launch({ home, packages, work, supergraph, port, subgraphs: subgraphsUrl })
  if (launch === undefined) return 'is not installed'
  const child = start(0, launch.command, launch.args, launch.env)
  child.stdout?.resume()
  const url = `http://127.0.0.1:${port}/graphql`
  try {
    if (!(await untilAnswers(url, child))) return 'does not come up'
    const answer = await ask(url, body)
    expected ??= answer
    if (!isDeepStrictEqual(answer, expected)) return 'gives another answer'
    const count = async (): Promise<number> => Number(await (await fetch(`${subgraphsUrl}/count`)).text())
    const load = { url, body, connections }
    await run({ ...load, seconds: Math.max(3, seconds / 3), isUnique: true })
    const before = { cpu: usageOf(child.pid ?? 0, pids()).cpuMs, count: await count() }
    const rate = await run({ ...load, seconds, isUnique: true })
    const after = { ...usageOf(child.pid ?? 0, pids()), count: await count() }
    const identical = await run({ ...load, seconds: seconds / 2, isUnique: false })
    const identicalCpuMs = (usageOf(child.pid ?? 0, pids()).cpuMs - after.cpuMs) / identical.requests
    const perOp = (amount: number): number => amount / rate.requests
    return {
      ...rate,
      cpuMsPerOp: perOp(after.cpuMs - before.cpu),
      fetchesPerOp: perOp(after.count - before.count),
      memoryMb: after.memoryMb,
      identical,
      identicalCpuMs,
    }
  } finally {
    await stop(child)
  }
}

// NOTE: this process is the load; where it may run on the gateway's core too, the faster gateway loses more to it.
if (existsSync('/usr/bin/taskset')) execFileSync('/usr/bin/taskset', ['-a', '-c', '-p', '1', String(process.pid)], { stdio: 'ignore' })
const work = mkdtempSync(join(tmpdir(), 'cinegraph-bench-'))
const subgraphs = start(1, process.execPath, [join(home, 'bench/gateway/subgraphs.main.ts')])
const [line] = (await once(createInterface(subgraphs.stdout as NonNullable<typeof subgraphs.stdout>), 'line')) as [string]
const subgraphsUrl = `http://127.0.0.1:${line}`
const supergraph = join(work, 'supergraph.graphql')
writeFileSync(
  supergraph,
  composeGraph((name) => `${subgraphsUrl}/${name}`),
)
const body = JSON.stringify({ query: deepQuery })
const results = new Map<string, Result>()
try {
  const wanted = peers.filter(({ name }) => values.only === '' || values.only.split(',').includes(name))
  if (!values['no-install']) installPeers(packages)
  for (const peer of wanted) {
    say(`${peer.name} …`)
    const result = await measure(peer)
    if (typeof result === 'string') say(`${peer.name} (${peer.what}) ${result}: left out`)
    else results.set(peer.name, result)
  }
} finally {
  await stop(subgraphs)
  rmSync(work, { recursive: true, force: true })
}
const two = (value: number): string => value.toFixed(2)
const rows = [...results].map(
  ([name, each]) =>
    `| ${name} | ${two(each.cpuMsPerOp)} | ${each.perSecond.toFixed(0)} | ${each.p50Ms.toFixed(0)} / ${each.p99Ms.toFixed(0)} | ${each.fetchesPerOp.toFixed(1)} | ${each.memoryMb.toFixed(0)} | ${two(each.identicalCpuMs)} | ${each.failed} |`,
)
process.stdout.write(
  `| gateway | CPU ms per op | requests/s | p50 / p99 ms | fetches per op | memory MB | CPU ms, identical requests | failed |\n|---|---|---|---|---|---|---|---|\n${rows.join('\n')}\n`,
)
const cold = await measureCold()
const large = await measureLarge()
process.stdout.write(
  `\nA first plan over look-alike subgraphs: ${cold.planMs.toFixed(0)} ms, event loop blocked for at most ${cold.loopMsMax.toFixed(1)} ms.\nAn answer of ${large.megabytes.toFixed(1)} MB: ${large.cpuMs.toFixed(0)} ms CPU without HTTP.\n`,
)
if (results.size > 1) {
  const picture = join(home, 'bench/gateway.svg')
  writeFileSync(
    picture,
    bars(
      'CPU ms per operation, whole process group, one core',
      [...results].map(([name, { cpuMsPerOp }]) => ({ name, value: cpuMsPerOp })),
    ),
  )
  say(`picture: ${picture}`)
}
const ours = results.get('cinegraph')
const apollo = results.get('apollo-gateway')
if (values.json)
  process.stdout.write(
    `${JSON.stringify({ ratioToApollo: ours && apollo ? ours.perSecond / apollo.perSecond : null, cpuMsPerOp: ours?.cpuMsPerOp ?? null, fetchesPerOp: ours?.fetchesPerOp ?? null, cold, large, peers: Object.fromEntries(results) })}\n`,
  )
