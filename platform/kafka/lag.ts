import type { Lag } from '#platform/ports/event-log.ts'
import type { GroupOfTopic } from '#platform/postgres/event-log/dead-letters.ts'
import type { Cluster } from './cluster.ts'

const agesMs = [1_000, 5_000, 15_000, 60_000, 300_000, 900_000, 3_600_000, 21_600_000, 86_400_000, 604_800_000]

/** Groups of the log that have members or offsets. */
export const groupsOf = async ({ ask, groupName }: Cluster): Promise<readonly GroupOfTopic[]> => {
  const prefix = groupName('', '').slice(0, -1)
  const { groups } = await ask((admin) => admin.listGroups())
  return groups.flatMap(({ groupId }) => {
    const [topic = '', group] = groupId.startsWith(prefix) ? groupId.slice(prefix.length).split(':') : []
    return group === undefined || group.startsWith('tail-') ? [] : [{ topic, group }]
  })
}

/** How far groups are behind. NOTE: brokers know no age of an offset: `ageMs` is the least of some ages that it certainly does not exceed. */
export const lagOfGroups = (cluster: Cluster, groups: readonly GroupOfTopic[]): Promise<readonly Lag[]> =>
  Promise.all(groups.map((place) => lagOfGroup(cluster, place)))

const lagOfGroup = async ({ ask, topicName, groupName }: Cluster, { topic, group }: GroupOfTopic): Promise<Lag> => {
  const [name, groupId] = [topicName(topic), groupName(topic, group)]
  const [ends, [committed]] = await ask(
    async (admin) => [await admin.fetchTopicOffsets(name), await admin.fetchOffsets({ groupId, topics: [name] })] as const,
  )
  const saved = new Map(committed?.partitions.map(({ partition, offset }) => [partition, BigInt(offset)]))
  const next = new Map(ends.map(({ partition, low }) => [partition, max(saved.get(partition) ?? -1n, BigInt(low))]))
  const events = ends.reduce((sum, { partition, high }) => sum + Number(BigInt(high) - (next.get(partition) ?? 0n)), 0)
  if (events === 0) return { topic, group, events, ageMs: 0 }
  const now = Date.now()
  for (const ageMs of agesMs) {
    const since = await ask((admin) => admin.fetchTopicOffsetsByTimestamp(name, now - ageMs))
    if (since.every(({ partition, offset }) => BigInt(offset) <= (next.get(partition) ?? 0n))) return { topic, group, events, ageMs }
  }
  return { topic, group, events, ageMs: agesMs.at(-1) ?? 0 }
}

const max = (a: bigint, b: bigint): bigint => (a > b ? a : b)
