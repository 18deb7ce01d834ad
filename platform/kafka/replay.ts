import { setTimeout as sleep } from 'node:timers/promises'
import { CinegraphError } from '#platform/errors/errors.ts'
import type { Cluster } from './cluster.ts'

/** An operator's wish that a group reads a topic again. `from` is an instant in ms, or all that is kept. */
export type Replay = { readonly id: string; readonly topic: string; readonly group: string; readonly from: number | 'earliest' }

const patienceMs = 30_000
const askEveryMs = 1_000

/** Offsets of a topic's partitions from which an instant's events, or all, are read. */
export const offsetsFrom = async (
  { ask, topicName }: Cluster,
  topic: string,
  from: Replay['from'],
): Promise<ReadonlyMap<number, string>> => {
  const name = topicName(topic)
  if (from !== 'earliest')
    return new Map(
      (await ask((admin) => admin.fetchTopicOffsetsByTimestamp(name, from))).map(({ partition, offset }) => [partition, offset]),
    )
  return new Map((await ask((admin) => admin.fetchTopicOffsets(name))).map(({ partition, low }) => [partition, low]))
}

/** Sets where a group goes on; false when it has members, which then have to do that themselves. */
export const setOffsetsOf = async (
  { ask, groupName, topicName }: Cluster,
  { topic, group }: Pick<Replay, 'topic' | 'group'>,
  offsets: ReadonlyMap<number, string>,
): Promise<boolean> => {
  const partitions = [...offsets].map(([partition, offset]) => ({ partition, offset }))
  return ask((admin) => admin.setOffsets({ groupId: groupName(topic, group), topic: topicName(topic), partitions })).then(
    () => true,
    () => false,
  )
}

/**
 * Lets a group read again. Members that run are asked by `notify`, again and again until each partition's offset is committed with
 * the id of the replay; offsets of a group without members are set. Throws EVENTS_UNAVAILABLE when neither has worked in time.
 */
export const replayGroup = async (cluster: Cluster, replay: Replay, notify: (replay: Replay) => Promise<void>): Promise<void> => {
  const { ask, groupName, topicName } = cluster
  const groupId = groupName(replay.topic, replay.group)
  const topic = topicName(replay.topic)
  for (const until = Date.now() + patienceMs; Date.now() < until; ) {
    const { groups } = await ask((admin) => admin.describeGroups([groupId]))
    if ((groups[0]?.members.length ?? 0) === 0) {
      if (await setOffsetsOf(cluster, replay, await offsetsFrom(cluster, replay.topic, replay.from))) return
    }
    await notify(replay)
    await sleep(askEveryMs)
    const [committed] = await ask((admin) => admin.fetchOffsets({ groupId, topics: [topic] }))
    if (committed?.partitions.every(({ metadata }) => metadata === replay.id)) return
  }
  throw new CinegraphError('EVENTS_UNAVAILABLE', {
    why: `the members of ${groupId} have not all begun again within ${patienceMs / 1000} s`,
  })
}
