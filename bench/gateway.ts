import { execFileSync } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'
import { isDeepStrictEqual, parseArgs } from 'node:util'
import { measureCold } from './gateway/cold.ts'
import { type Contest, type Contestant, enter, type Slice, startOn, stop, taskset } from './gateway/contestant.ts'
import { composeGraph, deepQuery } from './gateway/graph.ts'
import { measureLarge } from './gateway/large.ts'
import { type Rate, rateOf, sumOf } from './gateway/load.ts'
import { installPeers, type Peer, peers } from './gateway/peers.ts'
import { bars } from './gateway/picture.ts'

// Our engine beside its peers in the situation of the public gateway benchmark: one core for the gateway, the other for load and subgraphs.
const { values } = parseArgs({
  options: {
    seconds: { type: 'string', default: '16' },
    rounds: { type: 'string', default: '4' },
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
const rounds = Number(values.rounds)
const connections = Number(values.connections)
const say = (line: string): void => void process.stderr.write(`${line}\n`)

type Result = Rate & {
  readonly cpuMsPerOp: number
  readonly fetchesPerOp: number
  readonly memoryMb: number
  readonly identical: Rate
  readonly identicalCpuMs: number
}

// NOTE: this process is the load; where it may run on the gateway's core too, the faster gateway loses more to it.
if (existsSync(taskset)) execFileSync(taskset, ['-a', '-c', '-p', '1', String(process.pid)], { stdio: 'ignore' })
const work = mkdtempSync(join(tmpdir(), 'cinegraph-bench-'))
const subgraphs = startOn(1, process.execPath, [join(home, 'bench/gateway/subgraphs.main.ts')], { cwd: work })
const [line] = (await once(createInterface(subgraphs.stdout as NonNullable<typeof subgraphs.stdout>), 'line')) as [string]
const subgraphsUrl = `http://127.0.0.1:${line}`
const supergraph = join(work, 'supergraph.graphql')
writeFileSync(
  supergraph,
  composeGraph((name) => `${subgraphsUrl}/${name}`),
)
const contest: Contest = {
  home,
  packages,
  work,
  supergraph,
  subgraphs: subgraphsUrl,
  body: JSON.stringify({ query: deepQuery }),
  connections,
  fetches: async () => Number(await (await fetch(`${subgraphsUrl}/count`)).text()),
}

/** All that come up and give the same answer; the first one's is compared with the reference by a test. */
const enterAll = async (wanted: readonly Peer[], stack: AsyncDisposableStack): Promise<readonly Contestant[]> => {
  const entered: Contestant[] = []
  for (const peer of wanted) {
    say(`${peer.name} …`)
    const contestant = await enter(peer, contest)
    if (typeof contestant === 'string') say(`${peer.name} (${peer.what}) ${contestant}: left out`)
    else if (isDeepStrictEqual(contestant.answer, entered[0]?.answer ?? contestant.answer)) entered.push(stack.use(contestant))
    else {
      say(`${peer.name} (${peer.what}) gives another answer: left out`)
      await contestant[Symbol.asyncDispose]()
    }
  }
  return entered
}

/** They take turns, so that what else the machine does meets all of them alike. */
const takeTurns = async (contestants: readonly Contestant[], isUnique: boolean): Promise<ReadonlyMap<string, readonly Slice[]>> => {
  const slices = new Map(contestants.map(({ name }): [string, Slice[]] => [name, []]))
  for (let round = 0; round < rounds; round += 1) {
    say(`${isUnique ? 'different' : 'identical'} requests, round ${round + 1} of ${rounds} …`)
    const order = round % 2 === 0 ? contestants : contestants.toReversed()
    for (const { name, load } of order) slices.get(name)?.push(await load((isUnique ? seconds : seconds / 2) / rounds, isUnique))
  }
  return slices
}

const resultOf = (unique: readonly Slice[], same: readonly Slice[]): Result => {
  const rate = rateOf(unique)
  const identical = rateOf(same)
  return {
    ...rate,
    cpuMsPerOp: sumOf(unique, ({ cpuMs }) => cpuMs) / rate.requests,
    fetchesPerOp: sumOf(unique, ({ fetches }) => fetches) / rate.requests,
    memoryMb: unique.at(-1)?.memoryMb ?? 0,
    identical,
    identicalCpuMs: sumOf(same, ({ cpuMs }) => cpuMs) / identical.requests,
  }
}

const results = new Map<string, Result>()
try {
  await using stack = new AsyncDisposableStack()
  if (!values['no-install']) installPeers(packages)
  const contestants = await enterAll(
    peers.filter(({ name }) => values.only === '' || values.only.split(',').includes(name)),
    stack,
  )
  for (const { load } of contestants) await load(Math.max(3, seconds / 3), true)
  const unique = await takeTurns(contestants, true)
  const same = await takeTurns(contestants, false)
  for (const { name } of contestants) results.set(name, resultOf(unique.get(name) ?? [], same.get(name) ?? []))
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
