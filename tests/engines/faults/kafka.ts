import { signals } from '#platform/contracts/topics/recs.signals.ts'
import { openEngines } from '#platform/engines/engines.ts'
import { readConfig } from '#platform/settings/config.ts'
import { kafka } from '../../../deploy/engines/kafka.ts'
import { copyDatabase, log } from '../../boot.ts'
import { missingFrom } from '../../load.ts'
import { until } from '../../member.ts'
import { killed, type OwnServers, ownServers, stoodStill } from '../own-servers.ts'
import type { Rig } from './rig.ts'

const settleMs = 90_000

export type KafkaRig = Rig & {
  /** The numbers of each key in the order in which they arrived first. */
  readonly arrived: () => ReadonlyMap<string, readonly number[]>
}

/** The numbers of each key that were acknowledged and have not arrived. */
const lostOf = (
  arrived: ReadonlyMap<string, ReadonlySet<number>>,
  acknowledged: ReadonlySet<string>,
): ReadonlyMap<string, readonly number[]> =>
  new Map(
    [...Map.groupBy(acknowledged, (each) => each.split(' ')[0] ?? '')].flatMap(([key, all]) => {
      const missing = all.map((each) => Number(each.split(' ')[1])).filter((n) => !arrived.get(key)?.has(n))
      return missing.length === 0 ? [] : [[key, missing] as const]
    }),
  )

/** Events of nine keys through three brokers, read by two members of a group. */
export const kafkaRig = async (): Promise<KafkaRig> => {
  await using stack = new AsyncDisposableStack()
  const { url } = stack.use(await copyDatabase())
  const servers: OwnServers = stack.use(await ownServers(kafka))
  const settings = { KAFKA_URL: `${servers.env.KAFKA_URL}/faults?partitions=6`, DATABASE_URL: url }
  const open = () => stack.use(openEngines(readConfig([], settings), log)).open('events')
  const writer = await open()
  const [acknowledged, arrived] = [new Set<string>(), new Map<string, Set<number>>()]
  let deliveries = 0
  for (const reader of [await open(), await open()])
    await reader.consume({
      topic: signals,
      group: 'recs',
      handle: async (batch) => {
        deliveries += batch.length
        for (const { data } of batch) arrived.set(data.profileId, (arrived.get(data.profileId) ?? new Set()).add(Number(data.titleId)))
      },
    })
  const write = async (caller: number, n: number): Promise<void> => {
    const profileId = `p-${caller}`
    await writer.publish(signals, [{ profileId, titleId: String(n), share: 0.5, at: new Date().toISOString() }])
    acknowledged.add(`${profileId} ${n}`)
  }
  const missing = (): number => {
    const there = new Set([...arrived].flatMap(([key, numbers]) => [...numbers].map((n) => `${key} ${n}`)))
    return missingFrom(there, acknowledged)
  }
  const owned = stack.move()
  return {
    engine: 'Kafka, three brokers',
    callers: 9,
    write,
    faults: [killed(servers, 'kafka-1'), stoodStill(servers, 'kafka-2')],
    arrived: () => new Map([...arrived].map(([key, numbers]) => [key, [...numbers]])),
    outcome: async () => {
      await until('all that was acknowledged is consumed', settleMs, async () => missing() === 0).catch(() => undefined)
      for (const [key, numbers] of lostOf(arrived, acknowledged))
        process.stderr.write(
          `faults  of ${key} are missing: ${numbers.join(' ')}; the last that arrived is ${Math.max(...(arrived.get(key) ?? [-1]))}\n`,
        )
      const distinct = [...arrived.values()].reduce((sum, numbers) => sum + numbers.size, 0)
      return { lost: missing(), twice: null, again: deliveries - distinct, fallback: null }
    },
    [Symbol.asyncDispose]: () => owned.disposeAsync(),
  }
}
