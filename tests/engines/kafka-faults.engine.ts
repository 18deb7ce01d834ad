import assert from 'node:assert/strict'
import { test } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import { createKafkaEventLog } from '#platform/adapters/event-log.kafka.ts'
import { signals } from '#platform/contracts/topics/recs.signals.ts'
import { kafka } from '../../deploy/engines/kafka.ts'
import { copyDatabase, log } from '../boot.ts'
import { until } from '../member.ts'
import { ownServers } from './own-servers.ts'
import { whenUp } from './up.ts'

const keys = 9
const patienceMs = 90_000

whenUp('kafka', 'KAFKA_URL', () => {
  test('a broker is killed, another stands still, both under load: nothing acknowledged is lost, and the order of each key holds', async (t) => {
    await using stack = new AsyncDisposableStack()
    const { url } = stack.use(await copyDatabase())
    const servers = stack.use(await ownServers(kafka))
    const settings = { KAFKA_URL: `${servers.env.KAFKA_URL}/faults?partitions=6`, DATABASE_URL: url }
    const open = async () => stack.use(await createKafkaEventLog(settings, log))
    const writer = await open()
    const seen = new Map<string, number[]>()
    let deliveries = 0
    for (const reader of [await open(), await open()])
      await reader.consume({
        topic: signals,
        group: 'recs',
        handle: async (batch) => {
          deliveries += batch.length
          for (const { data } of batch) seen.set(data.profileId, [...(seen.get(data.profileId) ?? []), Number(data.titleId)])
        },
      })
    const acknowledged = new Map<string, number[]>()
    const stop = new AbortController()
    let longestMs = 0
    let refused = 0
    const load = async (key: number): Promise<void> => {
      const profileId = `p-${key}`
      for (let n = 0; !stop.signal.aborted; n += 1) {
        const since = performance.now()
        try {
          await writer.publish(signals, [{ profileId, titleId: String(n), share: 0.5, at: new Date().toISOString() }])
          acknowledged.set(profileId, [...(acknowledged.get(profileId) ?? []), n])
        } catch {
          refused += 1
          await sleep(50)
        }
        longestMs = Math.max(longestMs, performance.now() - since)
      }
    }
    const count = (of: ReadonlyMap<string, readonly number[]>): number => [...of.values()].reduce((sum, each) => sum + each.length, 0)
    const loading = Array.from({ length: keys }, (_, key) => load(key))
    stack.defer(() => stop.abort())
    const goesOn = async (what: string): Promise<void> => {
      const before = count(acknowledged)
      const since = performance.now()
      await until(what, patienceMs, async () => count(acknowledged) > before + 200)
      t.diagnostic(`${what} after ${Math.round(performance.now() - since)} ms`)
    }
    await goesOn('load goes through')
    await servers.signal('kafka-1', 'SIGKILL')
    await goesOn('load goes through without a broker')
    await servers.restart()
    await goesOn('load goes through with it back')
    await servers.signal('kafka-2', 'SIGSTOP')
    await goesOn('load goes through while one stands still')
    await servers.signal('kafka-2', 'SIGCONT')
    await goesOn('load goes through again')
    stop.abort()
    await Promise.all(loading)
    const missing = (): number =>
      [...acknowledged].reduce((sum, [key, numbers]) => {
        const got = new Set(seen.get(key))
        return sum + numbers.filter((n) => !got.has(n)).length
      }, 0)
    await until('all that was acknowledged is consumed', patienceMs, async () => missing() === 0).finally(() =>
      t.diagnostic(`missing ${missing()}`),
    )
    for (const [key, numbers] of seen) {
      const first = [...new Set(numbers)]
      assert.deepEqual(
        first,
        first.toSorted((a, b) => a - b),
        key,
      )
    }
    const distinct = [...seen.values()].reduce((sum, numbers) => sum + new Set(numbers).size, 0)
    t.diagnostic(
      `acknowledged ${count(acknowledged)}, lost ${missing()}, refused ${refused}, delivered again ${deliveries - distinct}, longest wait ${Math.round(longestMs)} ms`,
    )
  })
})
