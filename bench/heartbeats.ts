import { setTimeout as sleep } from 'node:timers/promises'
import pg from 'pg'
import { openSecrets } from '#platform/identity/secrets.ts'
import { postgresUrl } from '#platform/postgres/server.ts'
import { temporaryFolder } from '../tests/boot.ts'
import { until } from '../tests/member.ts'
import { childOf, childrenOf, startService } from '../tests/run.ts'
import { bareBatches } from './heartbeats/bare.ts'
import { cpuBelow, cpuBetween } from './heartbeats/cpu.ts'
import { closedLoop, openLoop, type Sent, signedInPlayers } from './heartbeats/players.ts'
import { watchApplied } from './heartbeats/watch.ts'

// npm run bench:heartbeats [-- --json] [--seconds N] [--no-kill]: 50 players against `npm start` with everything embedded on this
// machine, in a closed and in an open loop; CPU of every process of the service, the database's included, per heartbeat.
const playerCount = 50
const option = (name: string): string | undefined => process.argv[process.argv.indexOf(name) + 1 || process.argv.length]
const seconds = Number(option('--seconds') ?? 10)
const rates = [5, 100, 500]

const quantile = (values: readonly number[], share: number): number => {
  const sorted = values.toSorted((a, b) => a - b)
  return Math.round(10 * (sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? 0)) / 10
}

await using folder = await temporaryFolder()
const portBase = option('--port-base')
await using service = await startService(
  folder.path,
  // NOTE: a bench has few players, each of which reports as much as many.
  ['--demo-footage=false', '--heartbeats-per-second=100000'],
  portBase === undefined ? {} : { portBase: Number(portBase) },
)
const secrets = await openSecrets(folder.path).pick('accessPrivateKey', 'databasePassword')
const root = service.process.pid ?? 0
const databasePort = Number(new URL(service.links.web).port) + 8
const connected = async (): Promise<pg.Client> => {
  const connectionString = postgresUrl({ port: databasePort, password: secrets.databasePassword, database: 'cinegraph' })
  const opened = new pg.Client({ connectionString })
  opened.on('error', () => undefined)
  await opened.connect()
  return opened
}
const client = await connected()
const { rows: own } = await client.query<{ pid: number }>('select pg_backend_pid() as pid')
const without = new Set(own.map(({ pid }) => pid))
const players = await signedInPlayers(playerCount, secrets.accessPrivateKey)

const measure = async (name: string, load: () => Promise<readonly Sent[]>) => {
  const watch = watchApplied(client)
  const before = cpuBelow(root, without)
  const begun = performance.now()
  const sent = await load()
  const tookSeconds = (performance.now() - begun) / 1000
  await until('all acknowledged are applied', 60_000, async () =>
    players.every((player) => watch.positionOf(player.profileId) >= player.acknowledged),
  )
  await sleep(1_500)
  const cpu = cpuBetween(before, cpuBelow(root, without))
  await watch.stop()
  const accepted = sent.filter(({ status }) => status === 202)
  const totalMs = [...cpu.values()].reduce((sum, ms) => sum + ms, 0)
  const durable = accepted.map(({ ms }) => ms)
  const applied = watch.appliedMs(sent)
  return {
    name,
    perSecond: Math.round(accepted.length / tookSeconds),
    refused: sent.length - accepted.length,
    cpuMsEach: Math.round((1000 * totalMs) / accepted.length) / 1000,
    durableP50: quantile(durable, 0.5),
    durableP95: quantile(durable, 0.95),
    durableP99: quantile(durable, 0.99),
    appliedP50: quantile(applied, 0.5),
    appliedP95: quantile(applied, 0.95),
    cpuShares: Object.fromEntries(
      [...cpu].filter(([, ms]) => ms >= 10).map(([what, ms]) => [what, Math.round((1000 * ms) / accepted.length) / 1000]),
    ),
  }
}

const load = { url: service.links.tv, players, seconds }
const idleBefore = cpuBelow(root, without)
await sleep(5_000)
const idle = [...cpuBetween(idleBefore, cpuBelow(root, without)).values()].reduce((sum, ms) => sum + ms, 0)
await closedLoop({ ...load, seconds: 4 })
const results = [await measure(`closed loop, ${playerCount} players`, () => closedLoop(load))]
for (const rate of rates) results.push(await measure(`open loop, ${rate} a second`, () => openLoop(load, rate)))
const bare = await bareBatches(client, players)

/** Kills processes of the service while it is under load, and counts what was acknowledged and cannot be found afterwards. */
const lostUnderKills = async () => {
  const loading = closedLoop({ ...load, seconds: 16 })
  for (const name of ['start/control-plane.main.ts', 'start/workers.main.ts', 'start/database.main.ts']) {
    await sleep(3_000)
    const found = [...childrenOf(root).keys()].find((each) => each.startsWith(name))
    process.kill(childOf(root, found ?? name), 'SIGKILL')
  }
  const acknowledged = (await loading).filter(({ status }) => status === 202)
  const reader = await until('the database answers again', 120_000, () => connected().catch(() => undefined))
  const { rows } = await reader.query<{ key: string }>(
    `select distinct (data::json->>'profileId') || ' ' || (data::json->>'positionMs') as key from event_log.event where topic = 'playback.heartbeats'`,
  )
  const kept = new Set(rows.map(({ key }) => key))
  const watch = watchApplied(reader)
  await until('all are applied', 60_000, async () => players.every((player) => watch.positionOf(player.profileId) >= player.acknowledged))
  await watch.stop()
  await reader.end()
  return { acknowledged: acknowledged.length, lost: acknowledged.filter(({ player, n }) => !kept.has(`${player.profileId} ${n}`)).length }
}
const kills = process.argv.includes('--no-kill') ? null : await lostUnderKills()
await client.end().catch(() => undefined)
const idleCpuPercent = Math.round((1000 * idle) / 5_000) / 10
if (process.argv.includes('--json'))
  process.stdout.write(`${JSON.stringify({ playerCount, seconds, idleCpuPercent, results, bare, kills })}\n`)
else {
  console.table(results.map(({ cpuShares: _, ...row }) => row))
  for (const { name, cpuShares } of results) console.log(name, cpuShares)
  console.table([{ ...bare, idleCpuPercent, ...kills }])
}
